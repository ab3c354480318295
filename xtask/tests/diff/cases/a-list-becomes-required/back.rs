let _ = client.list_things(&Default::default(), "", &vec![String::new()]).await;
