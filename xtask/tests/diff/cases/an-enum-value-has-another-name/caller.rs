let _ = types::Colour::Green;
