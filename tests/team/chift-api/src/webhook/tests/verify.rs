//! Signatures, headers, limits and ages.

use std::fmt::Write as _;
use std::time::{Duration, SystemTime};

use reqwest::header::{HeaderMap, HeaderValue};

use super::super::compact::{Escapes, compact};
use super::super::{CLOCK_TOLERANCE, DEFAULT_BODY_LIMIT, Event, Verifier, WebhookError, verify};
use super::{CREATED, SECRET, json, sign};
use crate::{Clock, Secret};

fn verifier() -> Verifier {
    Verifier::new([SECRET]).unwrap()
}

#[test]
fn the_signature_is_the_hmac_sha_256_in_lowercase_hexadecimal() {
    // RFC 4231, test case 2.
    let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    assert_eq!(sign("Jefe", b"what do ya want for nothing?"), expected);
}

#[test]
fn the_received_bytes_and_both_compact_forms_are_accepted() {
    let body = "{ \"event\": \"account.caf\u{e9}.opened\",\r\n \"name\": \"\\u00e9\u{1f600}\" }";
    let json = json(body.as_bytes()).unwrap();
    let [few, ascii] = [Escapes::Few, Escapes::Ascii].map(|escapes| compact(json, escapes));
    assert!(body != few && few != ascii);
    for text in [body, &few, &ascii] {
        let event = verify(&Secret::from(SECRET), sign(SECRET, text.as_bytes()), body.as_bytes()).unwrap();
        assert_eq!(event.kind(), "account.caf\u{e9}.opened");
    }
}

#[test]
fn a_changed_body_or_another_secret_is_refused() {
    let signature = sign(SECRET, CREATED.as_bytes());
    for changed in [
        CREATED.replace("001\"", "003\""),
        CREATED.replace("1767225600", "1767225600.0"),
        CREATED.replace("1767225600", "1767225601"),
        CREATED.replace("account.", "account. "),
        CREATED
            .replace(r#""event":"account.connection.created","#, "")
            .replace('{', r#"{"event":"account.connection.created","#),
        CREATED.replace('{', r#"{"created":1767225600,"#),
        CREATED.trim_end_matches('}').to_owned(),
        format!("{CREATED}{CREATED}"),
        String::new(),
    ] {
        assert_eq!(verifier().verify(&signature, changed.as_bytes()), Err(WebhookError::Forged), "{changed}");
    }
    for secret in ["", "signing-s3cre", "signing-s3cret ", "Signing-s3cret"] {
        let signature = sign(secret, CREATED.as_bytes());
        assert_eq!(verifier().verify(signature, CREATED.as_bytes()), Err(WebhookError::Forged), "{secret}");
    }
}

#[test]
fn every_digit_of_the_signature_counts() {
    let signature = sign(SECRET, CREATED.as_bytes());
    for index in 0..64 {
        let mut changed = signature.clone().into_bytes();
        changed[index] = if changed[index] == b'0' { b'1' } else { b'0' };
        assert_eq!(verifier().verify(changed, CREATED.as_bytes()), Err(WebhookError::Forged), "{index}");
    }
}

#[test]
fn a_signature_in_another_form_is_refused() {
    let signature = sign(SECRET, CREATED.as_bytes());
    for odd in [
        signature.to_uppercase(),
        format!("sha256={signature}"),
        format!(" {signature}"),
        format!("{signature}\n"),
        format!("{signature}{signature}"),
        format!("{signature},{signature}"),
        signature[1..].to_owned(),
        signature[2..].to_owned(),
        format!("{}g", &signature[..63]),
        format!("{}\u{e9}", &signature[..62]),
        "0".to_owned(),
        "\0".repeat(64),
    ] {
        assert_eq!(verifier().verify(&odd, CREATED.as_bytes()), Err(WebhookError::MalformedSignature), "{odd:?}");
    }
    assert_eq!(verifier().verify("", CREATED.as_bytes()), Err(WebhookError::NoSignature));
}

#[test]
fn exactly_one_header_with_a_signature_is_accepted() {
    let signature = HeaderValue::from_str(&sign(SECRET, CREATED.as_bytes())).unwrap();
    let verify = |values: &[&HeaderValue]| {
        let mut all = HeaderMap::new();
        for value in values {
            all.append("X-Chift-Signature", (*value).clone());
        }
        verifier().verify_request(&all, CREATED.as_bytes())
    };
    assert!(matches!(verify(&[&signature]), Ok(Event::ConnectionCreated(_))));
    assert_eq!(verify(&[]), Err(WebhookError::NoSignature));
    assert_eq!(verify(&[&HeaderValue::from_static("")]), Err(WebhookError::NoSignature));
    assert_eq!(verify(&[&signature, &signature]), Err(WebhookError::SeveralSignatures));
    let odd = HeaderValue::from_bytes(b"\xff\xfe").unwrap();
    assert_eq!(verify(&[&odd]), Err(WebhookError::MalformedSignature));
}

#[test]
fn a_signature_with_any_of_several_secrets_is_accepted() {
    let verifier = Verifier::new(["new", "old", "older"]).unwrap();
    let body = format!(" {CREATED}");
    for secret in ["new", "old", "older"] {
        for text in [&body, CREATED] {
            assert!(verifier.verify(sign(secret, text.as_bytes()), body.as_bytes()).is_ok(), "{secret}");
        }
    }
    assert_eq!(verifier.verify(sign("oldest", body.as_bytes()), body.as_bytes()), Err(WebhookError::Forged));
}

#[test]
fn a_secret_that_protects_nothing_or_cannot_be_right_is_refused() {
    let none: [&str; 0] = [];
    assert_eq!(Verifier::new(none).unwrap_err(), WebhookError::NoSecret);
    for secrets in [[""; 2], ["s3cret", ""], [" \t", "s3cret"], ["\n", "s3cret"], ["s3cret", "\0\0"]] {
        assert_eq!(Verifier::new(secrets).unwrap_err(), WebhookError::EmptySecret);
    }
    for secret in ["s3cret\n", "s3cret\r\n", "\ns3cret"] {
        assert_eq!(Verifier::new([secret]).unwrap_err(), WebhookError::LineBreakInSecret);
    }
    let signature = sign("", CREATED.as_bytes());
    let refused = verify(&Secret::default(), signature, CREATED.as_bytes()).unwrap_err();
    assert_eq!((refused.status().as_u16(), refused), (500, WebhookError::EmptySecret));
}

#[test]
fn a_body_over_the_limit_is_refused_before_its_signature_is_read() {
    let signed =
        |body: &str| verifier().with_body_limit(CREATED.len()).verify(sign(SECRET, body.as_bytes()), body.as_bytes());
    assert!(signed(CREATED).is_ok());
    let error = signed(&format!("{CREATED} ")).unwrap_err();
    assert_eq!((&error, error.status().as_u16()), (&WebhookError::BodyTooLong { limit: CREATED.len() }, 413));
    let long = vec![b' '; DEFAULT_BODY_LIMIT + 1];
    assert_eq!(verifier().verify("", &long), Err(WebhookError::BodyTooLong { limit: DEFAULT_BODY_LIMIT }));
}

#[test]
fn a_signed_body_that_is_not_json_is_an_error_of_its_own() {
    for body in [&b"\xff"[..], b"", b"{\"amount\":NaN}"] {
        let error = verifier().verify(sign(SECRET, body), body).unwrap_err();
        assert_eq!((error.status().as_u16(), error), (400, WebhookError::NotJson));
    }
}

/// A wall clock that stands still.
struct At(u64);

impl Clock for At {
    fn wall(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(self.0)
    }
}

#[test]
fn an_event_is_accepted_within_the_maximum_age_and_the_tolerance_of_the_clock() {
    const CREATED_AT: u64 = 1_767_225_600;
    let at = |now: u64| {
        let verifier = verifier().with_max_age(Duration::from_secs(60)).with_clock(At(now));
        verifier.verify(sign(SECRET, CREATED.as_bytes()), CREATED.as_bytes()).map(|event| event.kind().to_owned())
    };
    let tolerance = CLOCK_TOLERANCE.as_secs();
    for now in [CREATED_AT, CREATED_AT + 60, CREATED_AT - tolerance] {
        assert!(at(now).is_ok(), "{now}");
    }
    let old = at(CREATED_AT + 61).unwrap_err();
    assert_eq!((&old, old.status().as_u16()), (&WebhookError::TooOld { age: Duration::from_secs(61) }, 401));
    let ahead = Duration::from_secs(tolerance + 1);
    assert_eq!(at(CREATED_AT - tolerance - 1), Err(WebhookError::FromFuture { ahead }));
}

#[test]
fn an_event_without_a_creation_time_is_refused_only_if_ages_are_checked() {
    for created in ["null", "\"1767225600\"", "1e300", "-1e300", "9223372036854775807"] {
        let body = CREATED.replace("1767225600", created);
        let signature = sign(SECRET, body.as_bytes());
        assert!(matches!(verifier().verify(&signature, body.as_bytes()), Ok(Event::Other(_))), "{created}");
        let checking = verifier().with_max_age(Duration::MAX);
        assert_eq!(checking.verify(&signature, body.as_bytes()), Err(WebhookError::NoCreationTime), "{created}");
    }
    // The first and the last moments that can be represented, and those after them.
    for (created, is_old) in [("-8334601228800", true), ("8210266876799", false), ("0", true)] {
        let body = CREATED.replace("1767225600", created);
        let error = verifier().with_max_age(Duration::ZERO).verify(sign(SECRET, body.as_bytes()), body.as_bytes());
        assert_eq!(matches!(error, Err(WebhookError::TooOld { .. })), is_old, "{created}: {error:?}");
        assert_eq!(matches!(error, Err(WebhookError::FromFuture { .. })), !is_old, "{created}: {error:?}");
    }
}

#[test]
fn debug_and_errors_show_no_secret_no_signature_and_no_body() {
    let signature = sign(SECRET, b"x");
    let mut shown = format!("{0:?} {0:#?}", verifier());
    for (signature, body) in
        [(signature.as_str(), CREATED), ("", CREATED), ("signing-s3cret", CREATED), (&signature, "x")]
    {
        let error = verifier().verify(signature, body.as_bytes()).unwrap_err();
        write!(shown, " {error} {error:?}").unwrap();
    }
    for hidden in [SECRET, &signature, "account", "00000000"] {
        assert!(!shown.contains(hidden), "{shown}");
    }
}
