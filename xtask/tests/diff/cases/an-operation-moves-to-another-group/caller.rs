let _ = client.stock().get_thing(&id).await;
