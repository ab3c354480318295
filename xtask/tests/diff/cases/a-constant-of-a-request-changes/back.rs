let _ = types::NewThingKind::B;
