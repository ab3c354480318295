let _ = client.create_thing(&types::NewThing::new("a")).await;
