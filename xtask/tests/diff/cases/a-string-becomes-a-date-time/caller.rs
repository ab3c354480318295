let _: Option<String> = client.get_thing(&id).await.unwrap().into_inner().note;
