let _ = client.get_thing(&id).await;
