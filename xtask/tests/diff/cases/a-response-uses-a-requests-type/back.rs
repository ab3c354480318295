let mut thing = types::NewThing::new("a");
thing.colour = Some(Open::Known(types::Colour::Red));
