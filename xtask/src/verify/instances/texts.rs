//! Random strings that match a schema's format, pattern or length.

use fastrand::Rng;
use rand::SeedableRng as _;
use rand::distr::Distribution as _;
use rand::rngs::SmallRng;
use rand_regex::Regex;
use serde_json::{Value, json};

/// The maximum number of repetitions for a pattern with unbounded repetition, such as `a*`.
const MAX_REPETITIONS: u32 = 6;

/// The same for a pattern beside a `minLength`.
const MOST_REPETITIONS: u32 = 500;

/// The number of strings that are generated until one has the length that the schema states.
const TRIES: usize = 50;

pub(super) fn text(schema: &Value, random: &mut Rng) -> String {
    let mut digits = |count: usize| -> String { (0..count).map(|_| random.digit(16)).collect() };
    match schema.get("format").and_then(Value::as_str) {
        Some("uuid" | "uuid4") => format!("{}-{}-4{}-a{}-{}", digits(8), digits(4), digits(3), digits(3), digits(12)),
        Some("date") => format!("20{:02}-{:02}-{:02}", random.u8(..90), random.u8(1..13), random.u8(1..29)),
        Some("date-time") => {
            let date = text(&json!({"format": "date"}), random);
            let offset = random.choice(["Z", "+02:00", ".123456Z", "-05:30"]).unwrap_or("Z");
            format!("{date}T{:02}:{:02}:00{offset}", random.u8(..24), random.u8(..60))
        }
        Some("time") => format!("{:02}:{:02}:00Z", random.u8(..24), random.u8(..60)),
        Some("duration") => format!("P{}DT{}H{}M", random.u8(..30), random.u8(..24), random.u8(..60)),
        Some("email" | "idn-email") => "somebody@example.com".to_owned(),
        Some("hostname" | "idn-hostname") => "api.example.com".to_owned(),
        Some("ip" | "ipv4") => format!("192.0.2.{}", random.u8(..)),
        Some("ipv6") => format!("2001:db8::{:x}", random.u16(1..)),
        Some("uri" | "url" | "iri" | "uri-reference" | "iri-reference") => {
            format!("https://example.com/{}", random.u16(..))
        }
        Some("byte") => "aGVsbG8=".to_owned(),
        Some("password") if schema.get("pattern").is_none() => {
            format!("{}{}", super::SECRET, free(&json!({"maxLength": 6}), random))
        }
        Some("json-pointer") => "/a/0".to_owned(),
        Some("regex") => "^[a-z]+$".to_owned(),
        _ => match of_pattern(schema, random) {
            Some(text) => text,
            None => free(schema, random),
        },
    }
}

/// A string that matches all of a schema's pattern except its assertions, and has its length unless few such strings
/// have; `None` if the pattern is not supported.
fn of_pattern(schema: &Value, random: &mut Rng) -> Option<String> {
    let inside = without_assertions(schema.get("pattern")?.as_str()?);
    // In JSON Schema, `\d` and `\w` match ASCII characters only.
    let inside = inside.replace(r"\d", "[0-9]").replace(r"\w", "[A-Za-z0-9_]");
    let length = |key: &str| schema.get(key).and_then(Value::as_u64);
    let (low, high) = (length("minLength").unwrap_or(0), length("maxLength").unwrap_or(u64::MAX));
    let needed = u32::try_from(low).unwrap_or(u32::MAX).min(MOST_REPETITIONS);
    let pattern = Regex::compile(&inside, MAX_REPETITIONS.max(needed.saturating_mul(2))).ok()?;
    let mut source = SmallRng::seed_from_u64(random.u64(..));
    let mut made = (0..TRIES).map(|_| pattern.sample(&mut source));
    let has_length = |text: &String| (low..=high).contains(&(text.chars().count() as u64));
    let first: String = made.next()?;
    Some(if has_length(&first) { first } else { made.find(has_length).unwrap_or(first) })
}

/// A pattern without what consumes no character: `^`, `$`, `(?=…)`, `(?!…)`, `(?<=…)` and `(?<!…)`. `^a|b$` still
/// describes strings that match; of a pattern with the other assertions, some strings do not.
fn without_assertions(pattern: &str) -> String {
    let mut rest = String::new();
    let mut chars = pattern.char_indices();
    let (mut in_class, mut open, mut left_out) = (false, 0_usize, None);
    while let Some((index, c)) = chars.next() {
        match c {
            '(' if !in_class => {
                let is_assertion = ["(?=", "(?!", "(?<=", "(?<!"].iter().any(|it| pattern[index..].starts_with(it));
                open += 1;
                left_out = left_out.or(is_assertion.then_some(open));
            }
            '[' => in_class = true,
            ']' => in_class = false,
            _ => {}
        }
        let end = if c == '\\' {
            chars.next().map_or(pattern.len(), |(at, next)| at + next.len_utf8())
        } else {
            index + c.len_utf8()
        };
        if left_out.is_none() && (in_class || !['^', '$'].contains(&c)) {
            rest.push_str(&pattern[index..end]);
        }
        if c == ')' && !in_class {
            left_out = left_out.filter(|outer| *outer != open);
            open = open.saturating_sub(1);
        }
    }
    rest
}

fn free(schema: &Value, random: &mut Rng) -> String {
    let length = |key: &str| schema.get(key).and_then(Value::as_u64).and_then(|length| usize::try_from(length).ok());
    let low = length("minLength").unwrap_or(0);
    let high = length("maxLength").unwrap_or(low + 12).min(low + 12).max(low);
    let letters: Vec<char> = "abcdefgh ABC 0123456789 äé€ /?&=%+\"'".chars().collect();
    (0..random.usize(low..=high)).filter_map(|_| random.choice(&letters)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_match_the_format_the_pattern_and_the_length() {
        let mut random = Rng::with_seed(7);
        let formats = ["uuid", "date", "date-time", "time", "duration", "email", "hostname", "ipv4", "ipv6", "uri"];
        let formats = formats.map(|format| json!({"type": "string", "format": format}));
        let patterns = [
            r"^\-?[0-9]+$",
            "^(a|b)c{2,}$",
            "x[yz]",
            r"^\d{4}-\w+$",
            "^$",
            r"^(?![0-9a-f]{8}-(b|\)c))^[a-z]([a-z0-9-]*[a-z0-9]+)?$",
            r"^([a-z]+[^$(\]^](?<!-))(\.[a-z]+\$)*$",
        ];
        let patterns = patterns.map(|pattern| json!({"type": "string", "pattern": pattern}));
        let lengths = [json!({"type": "string", "minLength": 3, "maxLength": 4})];
        let both = [json!({"type": "string", "pattern": "^[a-z]+$", "minLength": 9, "maxLength": 12})];
        for schema in formats.iter().chain(&patterns).chain(&lengths).chain(&both) {
            let validator = jsonschema::options().should_validate_formats(true).build(schema).unwrap();
            for _ in 0..20 {
                let made = json!(text(schema, &mut random));
                assert!(validator.is_valid(&made), "{made} of {schema}");
            }
        }
    }
}
