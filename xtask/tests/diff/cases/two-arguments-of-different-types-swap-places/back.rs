let _ = client.get_pair(&id, "a").await;
