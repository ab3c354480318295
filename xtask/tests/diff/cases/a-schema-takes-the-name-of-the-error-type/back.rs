if let Err(Error::ErrorResponse(response)) = client.get_thing(&id).await {
    let _: types::ErrorBody = response.into_inner();
}
