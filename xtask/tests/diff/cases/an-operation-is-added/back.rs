let _ = client.list_shops().await;
