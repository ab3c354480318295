//! Parameters in all positions, forms, and files.

use chift_api::{ByteStream, Client, Multipart, types};
use futures_util::StreamExt as _;
use serde_json::json;

use crate::Checks;

pub(crate) async fn run(checks: &mut Checks, client: &Client) {
    checks.run("parameters arrive as their types", parameters(client.clone())).await;
    checks.run("left out parameters do not arrive", few_parameters(client.clone())).await;
    checks.run("a path argument stays one segment", path_argument(client.clone())).await;
    checks.run("a form arrives", form(client.clone())).await;
    checks.run("a file arrives", upload(client.clone())).await;
    checks.run("bytes are read unchanged", downloads(client.clone())).await;
}

async fn parameters(client: Client) {
    let query = types::SearchQuery {
        exact: Some(true),
        ratio: Some("0.1".parse().unwrap()),
        sort: Some(types::Stage::Ready),
        until: Some("2026-03-01T08:00:00+05:30".parse().unwrap()),
        ..Default::default()
    };
    let day = "2024-02-29".parse().unwrap();
    let days = vec!["2026-01-01".parse().unwrap(), "2026-12-31".parse().unwrap()];
    let statuses = vec![types::Stage::Baking, types::Stage::Ready];
    let found = client
        .search(
            &types::Stage::Open,
            &day,
            Some(&days),
            &vec![i64::MAX, i64::MIN, 0],
            &query,
            Some(&statuses),
            Some(&-3),
            Some("white flour; 100 % = \"00\""),
            Some(&day),
            Some(&types::Stage::Baking),
        )
        .await
        .unwrap()
        .into_inner();
    let expected = json!({
        "ids": [i64::MAX, i64::MIN, 0],
        "statuses": ["open", "baking", "ready"],
        "days": ["2024-02-29", "2026-01-01", "2026-12-31"],
        "sort": "ready",
        "until": "2026-03-01T08:00:00+05:30",
        "ratio": 0.1,
        "exact": true,
        "label": "white flour; 100 % = \"00\"",
        "batch": -3,
        "since": "2024-02-29",
        "stage": "baking",
    });
    assert_eq!(json!(found), expected);
    assert_eq!(found.until.unwrap().offset().unwrap().local_minus_utc(), 5 * 3600 + 1800);
}

async fn few_parameters(client: Client) {
    let day = "2026-01-01".parse().unwrap();
    let found = client.search(&types::Stage::Ready, &day, None, &vec![1], None, None, None, None, None, None).await;
    let found = found.unwrap().into_inner();
    assert_eq!((found.ids, found.days, found.exact), (vec![1.into()], vec![day], false));
    assert!(found.sort.is_none() && found.until.is_none() && found.ratio.is_none() && found.label.is_none());
    assert!(found.batch.is_none() && found.since.is_none() && found.stage.is_none());
}

async fn path_argument(client: Client) {
    let name = "rye & wheat?#\u{e4}%2e";
    assert_eq!(
        bytes(client.read_file(name).await.unwrap().into_inner()).await,
        [b"\x00\xff", name.as_bytes()].concat()
    );
    assert!(client.read_file("..").await.is_err());
}

async fn form(client: Client) {
    let mut body = types::ComplainBody::new(0, "too hot & dry");
    body.reply = Some(true);
    let read = client.complain(&body).await.unwrap().into_inner();
    assert_eq!(json!(read.fields), json!({"subject": "too hot & dry", "stars": 0, "reply": true}));
}

async fn upload(client: Client) {
    let content = [0, 255, b'\r', b'\n', b'-', b'-'];
    let body = Multipart::new().text("note", "br\u{f6}tchen").file("file", "a.bin", "application/x-bin", content);
    let stored = client.upload_file(body).await.unwrap().into_inner();
    let expected = json!({"name": "a.bin", "media_type": "application/x-bin", "size": 6, "note": "br\u{f6}tchen"});
    assert_eq!(json!(stored), expected);
}

async fn downloads(client: Client) {
    let text = bytes(client.print_order(&4).await.unwrap().into_inner()).await;
    assert_eq!(String::from_utf8(text).unwrap(), "Order 4: br\u{f6}tchen");
}

async fn bytes(mut stream: ByteStream) -> Vec<u8> {
    let mut all = Vec::new();
    while let Some(chunk) = stream.next().await {
        all.extend_from_slice(&chunk.unwrap());
    }
    all
}
