let _: Option<Timestamp> = client.get_thing(&id).await.unwrap().into_inner().note;
