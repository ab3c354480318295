let mut patch = types::ThingPatch::default();
patch.name = Some("a".to_owned());
