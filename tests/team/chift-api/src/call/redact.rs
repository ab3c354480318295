//! Removes a secret from a server's text.

use super::text::shortened;
use crate::{Secret, one_line};

/// Returns a server's text on one line, shortened to 500 characters, and without `secret` in any form in which the server
/// may repeat it.
///
/// ```
/// use chift_api::{Secret, redact};
/// assert_eq!(redact("unknown key\ns3cret", &Secret::from("s3cret")), "unknown key [redacted]");
/// ```
pub fn redact(text: &str, secret: &Secret) -> String {
    let mut text = text.to_owned();
    for form in forms(secret.expose()) {
        text = text.replace(&form, "[redacted]");
    }
    shortened(&one_line(&text))
}

/// `secret` itself, on one line, and as JSON and Python escape it. The longest form comes first.
fn forms(secret: &str) -> Vec<String> {
    let json = serde_json::to_string(secret).unwrap_or_default();
    let json = json.strip_prefix('"').and_then(|json| json.strip_suffix('"')).unwrap_or_default();
    let twice = json.replace('\\', "\\\\").replace('"', "\\\"");
    let python = secret.replace('\\', "\\\\").replace('\'', "\\'");
    let mut forms: Vec<String> = [secret, json, &twice, &python].into_iter().map(str::to_owned).collect();
    forms.extend(forms.clone().iter().map(|form| one_line(form)));
    forms.retain(|form| !form.is_empty());
    forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
    forms.dedup();
    forms
}

#[cfg(test)]
mod tests {
    use super::super::text::LONGEST_SHOWN;
    use super::*;

    #[test]
    fn every_form_of_the_secret_is_redacted() {
        let secret = Secret::from("s3\"cr\\et\n\tpart\u{1}'");
        let json = serde_json::to_string(secret.expose()).unwrap();
        let twice = serde_json::to_string(&json).unwrap();
        for text in [secret.expose(), &json, &twice, &one_line(secret.expose()), "s3\"cr\\\\et\n\tpart\u{1}\\'"] {
            let text = redact(&format!("before {text} after"), &secret);
            assert!(text.contains("[redacted]") && !text.contains("s3") && !text.contains("part"), "{text}");
        }
        let secret = Secret::from("s3cret");
        assert_eq!(redact("no s3cret\r\nERROR forged", &secret), "no [redacted] ERROR forged");
        assert_eq!(redact(&"ä".repeat(1000), &secret).chars().count(), LONGEST_SHOWN + 1);
        // The text is shortened after the secret was replaced.
        assert!(!redact(&format!("{}s3cret", "ä".repeat(LONGEST_SHOWN - 3)), &secret).contains("s3c"));
        assert_eq!(redact("nothing", &Secret::from("")), "nothing");
    }
}
