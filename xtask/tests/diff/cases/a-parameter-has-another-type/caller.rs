let _ = types::ListThingsQuery { page: Some(1), ..Default::default() };
