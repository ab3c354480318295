let _ = client.shop().get_thing(&id).await;
