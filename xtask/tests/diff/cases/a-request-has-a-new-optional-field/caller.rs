let mut thing = types::NewThing::new("a");
thing.note = Some("b".to_owned());
let _ = client.create_thing(&thing).await;
