let _ = types::Size::Array(vec![1.into()]);
