let failed = client.create_thing(&types::NewThing::new("a")).await.unwrap_err();
if let Error::ErrorResponse(response) = failed {
    assert!(matches!(response.into_inner(), types::ApiError::Undocumented(_)));
}
