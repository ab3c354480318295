let _ = client.get_pair("a", "b").await;
