let _: types::Disc = client.get_thing(&id).await.unwrap().into_inner();
