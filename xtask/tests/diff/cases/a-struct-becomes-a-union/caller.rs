fn reads(wood: types::Wood) -> String { wood.tree }
