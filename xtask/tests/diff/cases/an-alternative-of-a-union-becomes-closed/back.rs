let _ = client.get_thing(&id).await.unwrap().into_inner().shape;
