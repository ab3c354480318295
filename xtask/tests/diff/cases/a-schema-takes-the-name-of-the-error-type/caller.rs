if let Err(Error::ErrorResponse(response)) = client.get_thing(&id).await {
    let _: types::ApiError = response.into_inner();
}
