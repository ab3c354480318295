if let Err(Error::ErrorResponse(response)) = client.create_thing(&types::NewThing::new("a")).await {
    let _: types::ApiError = response.into_inner();
}
