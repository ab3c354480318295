let _ = client.list_things(&types::ListThingsQuery::default(), "", None).await;
