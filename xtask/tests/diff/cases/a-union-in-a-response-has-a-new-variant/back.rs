fn takes(_: types::Oval) {}
