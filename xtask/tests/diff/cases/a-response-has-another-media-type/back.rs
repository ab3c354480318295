let _: crate::ByteStream = client.get_thing(&id).await.unwrap().into_inner();
