//! Identifiers in the messages of the compiler, and in the source that they show.

/// The identifiers in a text.
pub(super) fn identifiers(text: &str) -> impl Iterator<Item = &str> {
    let begins = |c: char| c.is_alphabetic() || c == '_';
    text.split(|c: char| !is_part(c)).filter(move |word| word.starts_with(begins) && *word != "_")
}

/// The identifiers between backticks, which the compiler puts around names and types.
pub(super) fn quoted(message: &str) -> impl Iterator<Item = &str> {
    message.split('`').skip(1).step_by(2).flat_map(identifiers)
}

/// The fields that a piece of source names: `name` in `.name`, unless it is a call, and in `name: value`.
pub(super) fn fields(source: &str) -> impl Iterator<Item = &str> {
    identifiers(source).filter(|word| {
        let start = word.as_ptr().addr() - source.as_ptr().addr();
        let (before, after) = (source[..start].trim_end(), source[start + word.len()..].trim_start());
        let is_read = before.ends_with('.') && !before.ends_with("..") && !after.starts_with('(') && *word != "await";
        is_read || after.starts_with(':') && !after.starts_with("::")
    })
}

/// The field that the expression after `before` is the value of: `name` in `name: ` and in `place.name = `.
pub(super) fn assigned(before: &str) -> Option<&str> {
    let before = before.trim_end();
    let (place, sign) = match before.strip_suffix(':') {
        Some(place) => (place.trim_end(), ':'),
        None => (before.strip_suffix('=')?.trim_end(), '='),
    };
    let start = place.rfind(|c: char| !is_part(c)).map_or(0, |at| at + 1);
    let (before, name) = place.split_at(start);
    // `let name = ` and `a == ` assign to no field.
    let is_field = sign == ':' && !before.ends_with(':') || sign == '=' && before.ends_with('.');
    (is_field && !name.is_empty()).then_some(name)
}

/// The method that is called on the result of a call without arguments: `name` in `().name`.
pub(super) fn next_call(after: &str) -> Option<&str> {
    let after = after.trim_start().strip_prefix('(')?.trim_start().strip_prefix(')')?;
    let after = after.trim_start().strip_prefix('.')?.trim_start();
    identifiers(after).next().filter(|name| after.starts_with(name))
}

fn is_part(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_between_backticks_are_found() {
        let message = "no field `note` on type `&chift_api::types::Invoice<'a>` in 2 places";
        assert_eq!(quoted(message).collect::<Vec<_>>(), ["note", "chift_api", "types", "Invoice", "a"]);
        assert_eq!(quoted("mismatched types").count(), 0);
    }

    #[test]
    fn fields_are_read_or_set() {
        let source = "let _: A = invoice.total.round(2).await + Some { note: a::b, ..rest }.colour";
        assert_eq!(fields(source).collect::<Vec<_>>(), ["total", "note", "colour"]);
    }

    #[test]
    fn the_field_before_a_value_is_found() {
        for (before, expected) in [
            ("NewInvoice { total: ", Some("total")),
            ("    invoice.note = ", Some("note")),
            ("let note = ", None),
            ("if a.b == ", None),
            ("types::", None),
            ("call(", None),
        ] {
            assert_eq!(assigned(before), expected, "{before}");
        }
    }

    #[test]
    fn the_next_call_follows_a_call_without_arguments() {
        assert_eq!(next_call("()\n        .list(1)"), Some("list"));
        assert_eq!(next_call("( ) . list"), Some("list"));
        for after in ["(1).list()", "().0", ".list()", "()?", ""] {
            assert_eq!(next_call(after), None, "{after}");
        }
    }
}
