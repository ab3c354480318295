let _ = types::Bone::new("b");
