let _ = types::NewThing::default();
