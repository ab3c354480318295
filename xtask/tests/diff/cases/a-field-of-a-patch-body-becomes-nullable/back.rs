let mut patch = types::ThingPatch::default();
patch.name = Nullable::Null;
