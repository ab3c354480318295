match client.get_thing(&id).await.unwrap().into_inner().status {
    Open::Known(types::Status::Draft) => {}
    Open::Known(_) | Open::Unknown(_) => {}
}
