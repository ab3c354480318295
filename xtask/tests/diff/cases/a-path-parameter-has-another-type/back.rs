let _ = client.get_thing(&1).await;
