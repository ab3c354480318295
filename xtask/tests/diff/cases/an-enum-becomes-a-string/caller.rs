let _: Open<types::Status> = client.get_thing(&id).await.unwrap().into_inner().status;
