//! Events: known kinds, and what is kept of all others.

use chrono::DateTime;
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::{ConnectionState, Event, WebhookError};
use super::CREATED;
use crate::Open;

const KINDS: [&str; 9] = [
    "account.connection.created",
    "account.connection.updated",
    "account.connection.deleted",
    "account.connection.up",
    "account.connection.down",
    "account.flow.enabled",
    "account.flow.disabled",
    "account.flow.executed",
    "account.issue.created",
];

/// An event with the fields of all kinds.
fn full(kind: &str) -> Value {
    let id = |number| Uuid::from_u128(number).to_string();
    json!({
        "accountid": id(1), "event": kind, "consumerid": id(2), "created": 1_767_225_600, "connectionid": id(3),
        "status": "inactive", "flowid": id(4), "syncid": id(5), "executionid": "run-6", "parentexecutionid": null,
        "issue_id": "issue-7", "error_code": "ERROR_CONNECTOR_AUTHENTICATION", "issue_status": "open",
        "more": {"iban": "BE71-customer"},
    })
}

fn read(event: &Value) -> Event {
    Event::unverified_for_tests(event.to_string()).unwrap()
}

#[test]
fn each_kind_has_its_fields_and_keeps_the_others() {
    for kind in KINDS {
        let event = read(&full(kind));
        assert!(!matches!(event, Event::Other(_)), "{kind}");
        assert_eq!(event.kind(), kind);
        assert_eq!(event.accountid(), Some(Uuid::from_u128(1)));
        assert_eq!(event.consumerid(), Some(Uuid::from_u128(2)));
        assert_eq!(event.created(), DateTime::from_timestamp(1_767_225_600, 0));
    }
    let Event::ConnectionUpdated(it) = read(&full(KINDS[1])) else { panic!() };
    assert_eq!((it.connectionid, it.status), (Uuid::from_u128(3), Open::Known(ConnectionState::Inactive)));
    let Event::FlowEnabled(it) = read(&full(KINDS[5])) else { panic!() };
    assert_eq!((it.flowid, it.syncid), (Uuid::from_u128(4), Uuid::from_u128(5)));
    let Event::FlowExecuted(it) = read(&full(KINDS[7])) else { panic!() };
    assert_eq!((it.status.as_str(), it.executionid.as_str(), it.parentexecutionid), ("inactive", "run-6", None));
    let Event::IssueCreated(it) = read(&full(KINDS[8])) else { panic!() };
    assert_eq!((it.issue_id.as_str(), it.syncid), ("issue-7", Some(Uuid::from_u128(5))));
    assert_eq!((it.error_code.as_str(), it.issue_status.as_str()), ("ERROR_CONNECTOR_AUTHENTICATION", "open"));
    let mut names: Vec<&str> = it.extra.keys().map(String::as_str).collect();
    // Whether `json!` keeps the order depends on the features of other crates.
    names.sort_unstable();
    assert_eq!(names, ["executionid", "flowid", "more", "parentexecutionid", "status"]);
    assert_eq!(it.extra["more"].to_value(), json!({"iban": "BE71-customer"}));
}

#[test]
fn an_optional_field_can_be_absent_or_null() {
    for absent in [None, Some(Value::Null)] {
        let mut event = full("account.issue.created");
        event.as_object_mut().unwrap().remove("syncid");
        if let Some(null) = absent {
            event["syncid"] = null;
        }
        assert!(matches!(read(&event), Event::IssueCreated(it) if it.syncid.is_none()));
    }
}

#[test]
fn an_unknown_status_is_kept() {
    let mut event = full("account.connection.updated");
    event["status"] = "paused".into();
    let Event::ConnectionUpdated(it) = read(&event) else { panic!() };
    assert_eq!(it.status, Open::Unknown("paused".to_owned()));
}

#[test]
fn an_event_of_an_unknown_kind_is_kept_whole() {
    let body = r#"{ "event": "account.bread.baked", "created": 1767225600.9, "count": 1.50, "count": 2 }"#;
    let Event::Other(other) = Event::unverified_for_tests(body).unwrap() else { panic!() };
    assert_eq!((other.event.as_str(), other.mismatch), ("account.bread.baked", None));
    assert_eq!((other.accountid, other.consumerid), (None, None));
    assert_eq!(other.created, DateTime::from_timestamp(1_767_225_600, 0));
    assert_eq!(other.body.as_str(), body);
}

#[test]
fn an_event_with_unexpected_fields_is_kept_whole_with_the_reason() {
    for (field, value, reason) in [
        ("accountid", json!("shop 17"), "the field `accountid` is not a UUID"),
        ("consumerid", json!(17), "the field `consumerid` is not a UUID"),
        ("connectionid", Value::Null, "the field `connectionid` is missing"),
        ("created", json!("2026-01-01"), "the field `created` is not a time in Unix seconds"),
        ("created", json!(1e300), "the field `created` is not a time in Unix seconds"),
        ("created", json!(i64::MAX), "the field `created` is not a time in Unix seconds"),
        ("created", json!([]), "the field `created` is not a time in Unix seconds"),
        ("status", json!(true), "the field `status` is not a string"),
    ] {
        let mut event = full("account.connection.updated");
        event[field] = value;
        let Event::Other(other) = read(&event) else { panic!("{reason}") };
        let mismatch = other.mismatch.unwrap();
        assert_eq!((mismatch.to_string().as_str(), mismatch.field()), (reason, Some(field)));
        assert_eq!(other.event, "account.connection.updated");
        assert_eq!(other.body.to_value(), event);
    }
}

#[test]
fn any_json_is_kept() {
    for body in ["[]", "\"text\"", "1", "null", r#"{"\ud800": 1, "event": "account.connection.up"}"#] {
        let Event::Other(other) = Event::unverified_for_tests(body).unwrap() else { panic!("{body}") };
        assert_eq!((other.event.as_str(), other.body.as_str()), ("", body));
        assert!(other.mismatch.unwrap().to_string().starts_with("the body is not an object"));
    }
    for (body, reason) in
        [("{}", "is missing"), (r#"{"event":7}"#, "is not a string"), (r#"{"event":"\ud800"}"#, "is not")]
    {
        let Event::Other(other) = Event::unverified_for_tests(body).unwrap() else { panic!("{body}") };
        assert!(other.mismatch.unwrap().to_string().contains(reason), "{body}");
    }
    assert_eq!(Event::unverified_for_tests("{"), Err(WebhookError::NotJson));
}

#[test]
fn lone_surrogates_and_depth_in_unknown_fields_are_kept() {
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    for extra in [r#""\ud800""#, "1e400", deep.as_str()] {
        let body = format!("{},\"more\":{extra}}}", CREATED.trim_end_matches('}'));
        let Event::ConnectionCreated(it) = Event::unverified_for_tests(body).unwrap() else { panic!("{extra}") };
        assert_eq!(it.extra["more"].as_str(), extra);
    }
}

#[test]
fn the_last_of_two_fields_with_the_same_name_wins() {
    let body = CREATED.replace('{', "{\"connectionid\":\"x\",\"event\":7,");
    assert!(matches!(Event::unverified_for_tests(body).unwrap(), Event::ConnectionCreated(_)));
}

#[test]
fn debug_shows_ids_and_no_data_of_customers() {
    for kind in KINDS.into_iter().chain(["account.bread.baked"]) {
        let shown = format!("{0:?} {0:#?}", read(&full(kind)));
        assert!(!shown.contains("BE71") && shown.contains(&Uuid::from_u128(2).to_string()), "{shown}");
    }
    let mut wrong = full("account.connection.created");
    wrong["consumerid"] = "BE71-customer".into();
    assert!(!format!("{:?}", read(&wrong)).contains("BE71"));
}
