let _: () = client.create_thing(&types::NewThing::new("a")).await.unwrap().into_inner();
