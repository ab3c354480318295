let _ = types::Colour::PaleMinusGreen;
