let _ = types::NewThingKind::A;
