let mut thing = types::NewThing::new("a");
thing.colour = Some(types::Colour::Red);
