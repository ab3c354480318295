let _ = client.orders(&id).await;
let _ = client.consumer(id).orders().await;
