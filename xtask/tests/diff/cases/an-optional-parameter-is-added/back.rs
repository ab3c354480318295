let query = types::ListThingsQuery { size: Some(1), ..Default::default() };
let _ = client.list_things(&query, "", None).await;
