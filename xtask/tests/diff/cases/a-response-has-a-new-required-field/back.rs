let (name, status) = (String::new(), Open::Known(types::Status::Draft));
let _ = types::Thing::new(types::ThingRequired { id, name, status, weight: 1.into() });
