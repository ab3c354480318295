let _ = client.orders().await;
