//! A server's text, made safe for one line of a log.

/// The longest text of a server that is shown, in characters.
pub(crate) const LONGEST_SHOWN: usize = 500;

/// `text` on one line, for a log: each run of white space and control characters becomes one space, so that a server
/// cannot forge a line or control a terminal.
///
/// ```
/// assert_eq!(chift_api::one_line("no\r\nERROR forged\u{1b}[31m"), "no ERROR forged [31m");
/// ```
pub fn one_line(text: &str) -> String {
    let is_break = |it: char| it.is_control() || it.is_whitespace();
    let mut line = String::with_capacity(text.len());
    for word in text.split(is_break).filter(|word| !word.is_empty()) {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

/// `text`, truncated to [`LONGEST_SHOWN`] characters.
pub(crate) fn shortened(text: &str) -> String {
    match text.char_indices().nth(LONGEST_SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// `code` if it has the form of Chift's error codes. Other text could contain customer data and is not shown.
pub(crate) fn shown_code(code: &str) -> Option<&str> {
    let is_code = (1..=80).contains(&code.len())
        && code.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    is_code.then_some(code)
}

/// The headline of a body that is not JSON: the title of an HTML page, otherwise the first line of text.
pub(crate) fn headline(body: &str) -> Option<String> {
    let lower = body.to_ascii_lowercase();
    let title = lower.find("<title").and_then(|start| {
        let start = start + lower[start..].find('>')? + 1;
        let end = start + lower[start..].find("</title")?;
        body.get(start..end)
    });
    let title = title.map(one_line).filter(|title| !title.is_empty());
    title.or_else(|| without_tags(body).lines().map(one_line).find(|line| !line.is_empty()))
}

fn without_tags(text: &str) -> String {
    if !text.trim_start().starts_with('<') {
        return text.to_owned();
    }
    let mut inside = false;
    let kept = text.chars().filter_map(|it| {
        match it {
            '<' => inside = true,
            '>' if inside => {
                inside = false;
                return Some('\n');
            }
            _ => {}
        }
        (!inside).then_some(it)
    });
    kept.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_and_line_breaks_become_one_space() {
        assert_eq!(one_line("a\r\nERROR forged\u{1b}[2J \u{2028} b\u{85}"), "a ERROR forged [2J b");
        assert_eq!(one_line(" \n "), "");
    }

    #[test]
    fn the_headline_is_the_title_of_html_or_the_first_line_of_text() {
        for (body, expected) in [
            ("<html><head><TITLE>\n502 Bad\tGateway</TITLE></head>", Some("502 Bad Gateway")),
            ("<html><body><h1>Sorry</h1><p>later</p>", Some("Sorry")),
            ("\n\nupstream connect error\nmore", Some("upstream connect error")),
            ("a < b", Some("a < b")),
            ("<title>", None),
            ("", None),
            ("İ<title>x</title>", Some("x")),
        ] {
            assert_eq!(headline(body).as_deref(), expected, "{body}");
        }
    }

    #[test]
    fn only_text_in_the_form_of_a_code_is_shown() {
        assert_eq!(shown_code("ERROR_CHIFT_AUTHENTICATION_ERROR"), Some("ERROR_CHIFT_AUTHENTICATION_ERROR"));
        for other in ["", "eyJhbGciOi", "A B", "A\nB", &"A".repeat(81)] {
            assert_eq!(shown_code(other), None);
        }
    }
}
