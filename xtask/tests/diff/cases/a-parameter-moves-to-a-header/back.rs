let _ = client.list_things(&Default::default(), None, "").await;
