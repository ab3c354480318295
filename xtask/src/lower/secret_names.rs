//! Whether the name of a property or a parameter means a secret: a password, or a key or a token that grants access.

/// The last words of names that are secrets.
const SECRETS: [&str; 4] = ["secret", "password", "passphrase", "passcode"];

/// What stands before `secret` when the value is the name of a secret, as in `value_from_secret`.
const NOT_BEFORE_SECRETS: &[&str] = &["from", "public"];

/// What stands before `key` when the key grants access. Other keys identify something, such as `primary_key` and
/// `idempotency_key`.
const BEFORE_KEYS: &[&str] = &[
    "access",
    "api",
    "auth",
    "authentication",
    "authorization",
    "decryption",
    "encryption",
    "hmac",
    "master",
    "private",
    "secret",
    "session",
    "shared",
    "signing",
];

/// What stands before `token` when the token does not grant access: it is a position in a list or a version, or a word
/// of a text. Any other token may grant access.
const NOT_BEFORE_TOKENS: &[&str] = &[
    "change",
    "concurrency",
    "continuation",
    "continue",
    "cursor",
    "delta",
    "idempotency",
    "next",
    "offset",
    "page",
    "pagination",
    "prev",
    "previous",
    "public",
    "resume",
    "scroll",
    "separator",
    "skip",
    "start",
    "stop",
    "sync",
    "termination",
    "version",
];

/// What stands before `tokens` when they grant access. Other tokens are words of a text, or their number.
const BEFORE_SEVERAL_TOKENS: &[&str] =
    &["access", "api", "auth", "authentication", "authorization", "bearer", "refresh", "session"];

/// The words of names that state something about a secret, such as `has_password`, and of keys that are no secret.
const ANYWHERE: [&str; 5] = ["has", "include", "is", "pub", "public"];

/// Whether the string of this name is a secret.
pub(super) fn is_secret(name: &str) -> bool {
    let words = words(name);
    let Some((last, before)) = words.split_last() else { return false };
    let (noun, is_plural) = match last.strip_suffix('s') {
        Some(singular) => (singular, true),
        None => (last.as_str(), false),
    };
    if before.iter().any(|word| ANYWHERE.contains(&word.as_str())) {
        return false;
    }
    let follows = |stem: &str, list: &[&str]| follows(stem, before, list);
    if let Some(stem) = SECRETS.iter().find_map(|secret| noun.strip_suffix(secret)) {
        return !follows(stem, NOT_BEFORE_SECRETS);
    }
    if let Some(stem) = noun.strip_suffix("key") {
        return follows(stem, BEFORE_KEYS);
    }
    match noun.strip_suffix("token") {
        Some(stem) if is_plural => follows(stem, BEFORE_SEVERAL_TOKENS),
        Some(stem) => !follows(stem, NOT_BEFORE_TOKENS),
        None => false,
    }
}

/// Whether one of these words stands before the end of a name: as the word `before` it or, in a name such as
/// `signingkey`, as the end of its `stem`.
fn follows(stem: &str, before: &[String], list: &[&str]) -> bool {
    match before.last() {
        Some(word) if stem.is_empty() => list.contains(&word.as_str()),
        _ => list.iter().any(|word| stem.ends_with(word)),
    }
}

/// The words of a name in lower case, without the digits after the last one: `clientSecret2` is `client` and `secret`.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut previous = ' ';
    let mut rest = name.trim_end_matches(|c: char| !c.is_alphabetic()).chars().peekable();
    while let Some(c) = rest.next() {
        let ends_acronym =
            previous.is_uppercase() && c.is_uppercase() && rest.peek().is_some_and(|next| next.is_lowercase());
        if !c.is_alphanumeric() || ends_acronym || c.is_uppercase() && !previous.is_uppercase() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c.is_alphanumeric()) {
            word.extend(c.to_lowercase());
        }
        previous = c;
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_split_into_words() {
        for (name, expected) in [
            ("clientSecret", &["client", "secret"][..]),
            ("client_secret", &["client", "secret"]),
            ("X-API-Key", &["x", "api", "key"]),
            ("APIKey", &["api", "key"]),
            ("signingsecret", &["signingsecret"]),
            ("S3SecretKey2", &["s3", "secret", "key"]),
            ("opi.transToken", &["opi", "trans", "token"]),
            ("api_keys[]", &["api", "keys"]),
            ("CLIENT_SECRET", &["client", "secret"]),
            ("", &[]),
            ("42", &[]),
        ] {
            assert_eq!(words(name), expected, "{name}");
        }
    }

    #[test]
    fn passwords_and_what_grants_access_are_secrets() {
        for name in [
            "clientSecret",
            "client_secret",
            "signingsecret",
            "SigningSecret",
            "secret",
            "secrets",
            "password",
            "oldPassword",
            "user_passwords",
            "password2",
            "api_key",
            "apiKey",
            "APIKey",
            "apikey",
            "X-API-Key",
            "myapikey",
            "api_keys",
            "secret-access-key",
            "accesskey",
            "sftp_private_key",
            "webhookSigningKey",
            "encryption_key",
            "private_key_passphrase",
            "oneTimePasscode",
            "token",
            "access_token",
            "accessToken",
            "accesstoken",
            "refreshToken",
            "refresh_tokens",
            "next_access_token",
            "X-Auth-Token",
            "id_token",
            "csrfToken",
            "cardToken",
            "payment.token",
            "CLIENT_SECRET",
        ] {
            assert!(is_secret(name), "{name}");
        }
    }

    #[test]
    fn cursors_counters_identifiers_and_what_describes_a_secret_are_no_secrets() {
        for name in [
            "token_type",
            "tokenType",
            "token_count",
            "max_tokens",
            "tokens",
            "separatorTokens",
            "next_page_token",
            "nextPageToken",
            "nextpagetoken",
            "page-token",
            "pageToken",
            "pagetoken",
            "continuation_token",
            "syncToken",
            "terminationToken",
            "expires_in",
            "key",
            "keys",
            "primaryKey",
            "primary_key",
            "foreignKeys",
            "sort_key",
            "cache_key",
            "idempotency_key",
            "Idempotency-Key",
            "public_key",
            "publicKey",
            "public_api_key",
            "sdkEphemPubKey",
            "api_key_id",
            "access-key-id",
            "secret_name",
            "secret_id",
            "password_change_date",
            "passwordChangeIndicator",
            "has_password",
            "is_secret",
            "opi.includeTransToken",
            "value_from_secret",
            "originKeys",
            "platformKey",
            "monkey",
            "turkey",
            "secretary",
            "tokenize",
            "",
            "2",
        ] {
            assert!(!is_secret(name), "{name}");
        }
    }
}
