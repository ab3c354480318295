let _: Option<crate::Integer> = client.get_thing(&id).await.unwrap().into_inner().note;
