let _ = types::Size::Array(vec![String::new()]);
