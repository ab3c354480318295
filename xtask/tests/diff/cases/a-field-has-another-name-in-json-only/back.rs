let _ = client.get_thing(&id).await.unwrap().into_inner().due_date;
