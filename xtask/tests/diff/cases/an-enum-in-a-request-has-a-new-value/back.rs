let _ = types::Colour::Blue;
