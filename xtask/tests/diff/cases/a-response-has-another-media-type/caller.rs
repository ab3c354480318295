let _: types::Thing = client.get_thing(&id).await.unwrap().into_inner();
