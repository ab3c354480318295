match client.get_thing(&id).await.unwrap().into_inner().shape.unwrap() {
    types::Shape::Disc(_) => {}
    types::Shape::Square(_) => {}
    types::Shape::Unknown(_) => {}
}
