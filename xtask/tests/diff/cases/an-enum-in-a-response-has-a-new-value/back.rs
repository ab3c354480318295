let _ = types::Status::Paid;
