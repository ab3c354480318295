let _: String = client.get_thing(&id).await.unwrap().into_inner().note;
