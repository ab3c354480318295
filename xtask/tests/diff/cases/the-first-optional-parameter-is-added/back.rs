let _ = client.get_thing(&id, &types::GetThingQuery::default()).await;
