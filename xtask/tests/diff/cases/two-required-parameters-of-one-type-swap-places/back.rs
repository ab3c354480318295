let _ = client.get_pair("b", "a").await;
