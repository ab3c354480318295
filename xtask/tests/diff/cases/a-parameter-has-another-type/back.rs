let _ = types::ListThingsQuery { page: Some("1".to_owned()), ..Default::default() };
