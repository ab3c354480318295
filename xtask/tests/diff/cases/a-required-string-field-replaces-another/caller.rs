let _ = types::NewThing::new(types::NewThingRequired { name: String::new(), title: String::new() });
