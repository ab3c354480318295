let _ = client.list_things(&Default::default(), "", None).await.unwrap().into_inner().first();
