let query = types::ListThingsQuery { page: Some(1), ..Default::default() };
let _ = client.list_things(&query, "", None).await;
