let _ = types::ThingIn::new("a");
