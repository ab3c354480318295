let _ = client.read_thing(&id).await;
