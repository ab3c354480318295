//! Numbers at the edges of their formats, dates, and the order of maps.

use chift_api::{Client, types};
use serde_json::json;

use crate::{Checks, decimal};

/// The days in the order that both sides send: neither that of the week nor of the alphabet.
const DAYS: [&str; 5] = ["wednesday", "monday", "sunday", "friday", "tuesday"];

pub(crate) async fn run(checks: &mut Checks, client: &Client) {
    checks.run("prices are exact and in order", prices(client.clone())).await;
    checks.run("unusual numbers are read", unusual_numbers(client.clone())).await;
    checks.run("numbers arrive exactly", sent_numbers(client.clone())).await;
    checks.run("dates and offsets are kept", week(client.clone())).await;
    checks.run("a map is sent in its order", sent_week(client.clone())).await;
}

async fn prices(client: Client) {
    let prices = client.list_prices().await.unwrap().into_inner();
    let names: Vec<_> = prices.keys().map(|name| name.to_string()).collect();
    assert_eq!(names, ["rye", "apple cake", "baguette", "whole shop", "crumb", "flour"]);
    assert_eq!(prices["rye"].to_string(), "4.10");
    assert_eq!(prices["baguette"].to_string(), "12345678901234567.89");
    assert_eq!(serde_json::to_string(&prices["whole shop"]).unwrap().parse(), Ok(1e30));
    assert_eq!(serde_json::to_string(&prices["crumb"]).unwrap().parse(), Ok(1e-38));
    assert_eq!(prices["flour"].to_string(), "123456789012345678901234567890.12");
    assert_eq!(prices["flour"].get(), None);
}

async fn unusual_numbers(client: Client) {
    let read = client.read_measures().await.unwrap().into_inner();
    assert_eq!(read.count, 3);
    let stock = read.stock.unwrap();
    assert_eq!((stock.get(), stock.to_string().as_str()), (None, "18446744073709551616"));
    assert_eq!(serde_json::to_string(&read.ratio).unwrap().parse(), Ok(1e30));
    let weights: Vec<f64> = serde_json::from_value(json!(read.weights)).unwrap();
    assert_eq!(weights, [0.1, 5e-324, 7.0]);
    assert_eq!(read.amount, "12345678901234567.89");
    let names: Vec<_> = read.table.as_ref().unwrap().keys().map(|name| name.to_string()).collect();
    assert_eq!(names, ["z", "a", "m"]);
}

async fn sent_numbers(client: Client) {
    let amount = types::MeasuresInputAmount::Number(decimal("99999999999999999.01"));
    let weights = ["0.1", "-7", "1234.5"].map(decimal).to_vec();
    let body = types::MeasuresInput::new(types::MeasuresInputRequired {
        amount,
        count: i64::MAX,
        ratio: decimal("0.30"),
        weights,
    });
    let sent = client.send_measures(&body).await.unwrap().into_inner().text;
    for part in [
        r#""amount":99999999999999999.01"#,
        r#""count":9223372036854775807"#,
        r#""ratio":0.30"#,
        r#""weights":[0.1,-7,1234.5]"#,
    ] {
        assert!(sent.contains(part), "{sent}");
    }
}

async fn week(client: Client) {
    let week = client.read_week().await.unwrap().into_inner();
    assert_eq!(week.valid_from, "2026-03-01".parse().unwrap());
    assert_eq!(week.published_at.as_str(), "2026-02-20T08:00:00.250000+05:30");
    assert_eq!(week.published_at.offset().unwrap().local_minus_utc(), 5 * 3600 + 1800);
    assert_eq!(week.local_opening.offset(), None);
    assert_eq!(week.break_time, "PT30M");
    assert_eq!(week.days.keys().map(|day| day.to_string()).collect::<Vec<_>>(), DAYS);
    assert_eq!(week.days["wednesday"].closes, "18:30:00");
}

async fn sent_week(client: Client) {
    let hours = || types::Hours::new(types::HoursRequired { opens: "07:00:00".into(), closes: "18:00:00".into() });
    let mut week = types::Week::new(types::WeekRequired {
        break_time: "PT1H".to_owned(),
        days: DAYS.map(|day| (day.to_owned(), hours())).into_iter().collect(),
        local_opening: "2026-03-02T07:00:00".parse().unwrap(),
        published_at: "2026-02-20T08:00:00-03:00".parse().unwrap(),
        valid_from: "2026-03-01".parse().unwrap(),
    });
    week.extra.insert("note".to_owned(), json!("kept"));
    let read = json!(client.put_week(&week).await.unwrap().into_inner());
    assert_eq!(read["keys"], json!(DAYS));
    assert_eq!((&read["is_naive"], &read["minutes"]), (&json!(true), &json!(60.0)));
    assert_eq!(read["sent"]["published_at"], "2026-02-20T08:00:00-03:00");
    assert_eq!(read["sent"]["note"], "kept");
}
