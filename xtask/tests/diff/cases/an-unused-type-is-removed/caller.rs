fn takes(_: types::Lonely) {}
