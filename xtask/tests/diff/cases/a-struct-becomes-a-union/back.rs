fn reads(wood: types::Wood) { let types::Wood::Disc(_) = wood else { return }; }
