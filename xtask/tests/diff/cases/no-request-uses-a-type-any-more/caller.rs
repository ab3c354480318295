let mut thing = types::NewThing::new("a");
thing.frame = Some(types::Wood::new("oak").into());
