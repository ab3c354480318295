let _ = types::Colour::PaleGreen;
