let _ = client.orders(&id).await;
