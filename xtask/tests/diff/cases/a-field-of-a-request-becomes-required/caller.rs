let mut thing = types::NewThing::new("a");
thing.note = Some("b".to_owned());
