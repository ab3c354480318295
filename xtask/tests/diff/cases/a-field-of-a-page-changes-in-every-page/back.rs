let _: Option<crate::Integer> = client.list_discs().await.unwrap().into_inner().total;
