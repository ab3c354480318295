let _ = types::Label(vec![1.into()]);
