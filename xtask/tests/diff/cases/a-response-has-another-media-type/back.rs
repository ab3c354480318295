let _: chift_api::ByteStream = client.get_thing(&id).await.unwrap().into_inner();
