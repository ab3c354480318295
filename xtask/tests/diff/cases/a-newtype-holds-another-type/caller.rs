let _ = types::Label(vec![String::new()]);
