let _ = client.list_things(&1, &types::ListThingsQuery::default(), "", None).await;
