let _ = client.consumer(id).orders().await;
