let _ = client.stock().list(None, "", None).await;
