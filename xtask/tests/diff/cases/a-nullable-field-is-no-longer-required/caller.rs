let _ = types::NewThing::new("a");
