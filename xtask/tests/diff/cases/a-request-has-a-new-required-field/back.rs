let _ = types::NewThing::new("a", 1);
