let _ = client.read_things(&types::ReadThingsQuery::default(), "", None).await;
