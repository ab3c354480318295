let _ = types::NewThing::new(types::NewThingRequired { name: String::new(), topic: String::new() });
