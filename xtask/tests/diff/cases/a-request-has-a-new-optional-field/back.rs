let mut thing = types::NewThing::new("a");
thing.weight = Some(1);
