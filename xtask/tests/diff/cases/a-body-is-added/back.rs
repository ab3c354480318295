let _ = client.get_thing(&id, &types::ThingPatch::default()).await;
