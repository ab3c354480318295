let _ = client.get_pair("a", &id).await;
