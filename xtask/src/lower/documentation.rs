//! Rewrites descriptions for rustdoc. They are Markdown with HTML, which rustdoc reads differently: a word in brackets
//! is a link to an item, an indented line is a test, and `<id>` is a tag that is never closed. So each description is
//! parsed and written again: HTML becomes Markdown, code becomes `text`, brackets and unknown tags are escaped, URLs
//! become links, and links without a target become plain text.

use std::borrow::Cow;

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd, TextMergeStream};
use serde_json::{Value, json};

use super::Report;
use crate::document::walk::{self, Kind};

/// The extensions of CommonMark that rustdoc reads.
const DIALECT: Options = Options::ENABLE_TABLES
    .union(Options::ENABLE_FOOTNOTES)
    .union(Options::ENABLE_STRIKETHROUGH)
    .union(Options::ENABLE_TASKLISTS);

/// Rewrites every description so that rustdoc shows it as intended.
pub(super) fn rewrite_for_rustdoc(document: &mut Value, _: &mut Report) -> usize {
    let mut count = 0;
    walk::change(document, &mut |kind, _, node| {
        count += match kind {
            Kind::Document => {
                let info = node.get_mut("info").map_or(0, |info| {
                    let terms = info.get_mut("termsOfService").map_or(0, |terms| rewrite(terms, linked));
                    terms + field(info, "title", line) + field(info, "description", markdown)
                });
                let tags = node.get_mut("tags").and_then(Value::as_array_mut).into_iter().flatten();
                info + tags.map(|tag| field(tag, "description", markdown)).sum::<usize>()
            }
            Kind::Operation => field(node, "summary", line) + field(node, "description", markdown),
            Kind::Response => field(node, "description", line),
            Kind::Schema | Kind::Parameter => field(node, "description", markdown),
            _ => 0,
        };
    });
    count
}

/// Indents the descriptions of parameters, because the generator makes each an item of a list.
pub(super) fn indent(document: &mut Value, _: &mut Report) -> usize {
    let mut count = 0;
    walk::change(document, &mut |kind, _, node| {
        if kind == Kind::Parameter {
            count += field(node, "description", |text| {
                text.lines().collect::<Vec<_>>().join("\n  ").replace("\n  \n", "\n\n")
            });
        }
    });
    count
}

fn field(node: &mut Value, name: &str, change: impl FnOnce(&str) -> String) -> usize {
    node.get_mut(name).map_or(0, |text| rewrite(text, change))
}

/// Returns 1 if the text changed.
fn rewrite(node: &mut Value, change: impl FnOnce(&str) -> String) -> usize {
    let Some(text) = node.as_str() else { return 0 };
    let changed = change(text);
    let count = usize::from(changed != text);
    if count > 0 {
        *node = json!(changed);
    }
    count
}

/// A text that is a URL, as a link; any other text unchanged.
fn linked(text: &str) -> String {
    if address(text).is_some_and(|(before, found, _)| before.is_empty() && found == text) {
        format!("<{text}>")
    } else {
        line(text)
    }
}

/// A text on one line.
fn line(text: &str) -> String {
    markdown(&text.split_whitespace().collect::<Vec<_>>().join(" ")).lines().collect::<Vec<_>>().join(" ")
}

fn markdown(text: &str) -> String {
    if is_plain(text) { text.to_owned() } else { rewritten(text) }
}

/// Whether a text is one paragraph on one line without any markup, as most descriptions are. It is written unchanged.
fn is_plain(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || " ,.()".contains(c))
        && !text.ends_with(' ')
        && !text.contains("  ")
}

fn rewritten(text: &str) -> String {
    // Nobody reads a control character, and one ends a URL.
    let text: String = text.chars().filter(|c| !c.is_control() || c.is_whitespace()).collect();
    let text = without_html(text.trim_end());
    let mut events = Vec::new();
    // For each open link that is removed, the target to show after its text; `None` for a link that is kept.
    let mut links: Vec<Option<String>> = Vec::new();
    let mut in_code = false;
    for event in TextMergeStream::new(Parser::new_ext(&text, DIALECT)) {
        match event {
            Event::Start(Tag::CodeBlock(_)) => {
                in_code = true;
                events.push(Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced("text".into()))));
            }
            Event::Start(Tag::Heading { level, id, classes, attrs }) => {
                events.push(Event::Start(Tag::Heading { level: lower(level), id, classes, attrs }));
            }
            Event::End(TagEnd::CodeBlock) => {
                in_code = false;
                // The closing fence must be on a separate line.
                if !matches!(events.last(), Some(Event::Text(text)) if text.ends_with('\n')) {
                    events.push(Event::Text("\n".into()));
                }
                events.push(event);
            }
            Event::End(TagEnd::Heading(level)) => events.push(Event::End(TagEnd::Heading(lower(level)))),
            // A page of documentation must not load images from other servers, so an image becomes a link.
            Event::Start(
                Tag::Link { link_type, dest_url, title, .. } | Tag::Image { link_type, dest_url, title, .. },
            ) => {
                let stands_alone = matches!(link_type, LinkType::Autolink | LinkType::Email);
                let is_inner = links.contains(&None);
                if is_inner {
                    links.push(Some(String::new()));
                } else if stands_alone || dest_url.contains("://") {
                    let link_type = if stands_alone { link_type } else { LinkType::Inline };
                    links.push(None);
                    events.push(Event::Start(Tag::Link { link_type, dest_url, title, id: "".into() }));
                } else {
                    links.push(Some(dest_url.to_string()));
                }
            }
            Event::End(TagEnd::Link | TagEnd::Image) => match links.pop() {
                Some(Some(place)) if !place.is_empty() && !place.starts_with('#') => {
                    events.push(Event::Text(" (".into()));
                    events.push(Event::Code(place.into()));
                    events.push(Event::Text(")".into()));
                }
                Some(Some(_)) => {}
                _ => events.push(Event::End(TagEnd::Link)),
            },
            Event::Text(text) if !links.contains(&None) && !in_code => with_links(&text, &mut events),
            // The parser still treats some text as HTML. It becomes plain text, and an HTML block becomes a paragraph.
            Event::Html(text) | Event::InlineHtml(text) if !links.contains(&None) => with_links(&text, &mut events),
            Event::Html(text) | Event::InlineHtml(text) => events.push(Event::Text(text)),
            Event::Start(Tag::HtmlBlock) => events.push(Event::Start(Tag::Paragraph)),
            Event::End(TagEnd::HtmlBlock) => events.push(Event::End(TagEnd::Paragraph)),
            other => events.push(other),
        }
    }
    let options = pulldown_cmark_to_cmark::Options {
        list_token: '-',
        increment_ordered_list_bullets: true,
        code_block_token_count: 3,
        ..pulldown_cmark_to_cmark::Options::default()
    };
    let mut written = String::new();
    match pulldown_cmark_to_cmark::cmark_with_options(events.iter(), &mut written, DIALECT, options) {
        Ok(_) => written.trim_start_matches('\n').to_owned(),
        Err(_) => format!("```text\n{}\n```", text.replace("```", "'''")),
    }
}

/// The next lower level of heading: the highest is for sections such as `# Errors`.
fn lower(level: HeadingLevel) -> HeadingLevel {
    HeadingLevel::try_from(level as usize + 1).unwrap_or(level)
}

/// Adds `text`, with its URLs as links.
fn with_links(text: &str, events: &mut Vec<Event<'_>>) {
    let mut rest = text;
    while let Some((before, found, after)) = address(rest) {
        let link_type = LinkType::Autolink;
        let link = Tag::Link { link_type, dest_url: found.to_owned().into(), title: "".into(), id: "".into() };
        events.push(Event::Text(before.to_owned().into()));
        events.push(Event::Start(link));
        events.push(Event::Text(found.to_owned().into()));
        events.push(Event::End(TagEnd::Link));
        rest = after;
    }
    events.push(Event::Text(rest.to_owned().into()));
}

/// The first URL in `text`, with the text before and after it.
fn address(text: &str) -> Option<(&str, &str, &str)> {
    let start = ["http://", "https://"].iter().filter_map(|scheme| text.find(scheme)).min()?;
    let (before, from) = text.split_at(start);
    let end = from.find(|it: char| it.is_whitespace() || "<>[]`\"\\".contains(it)).unwrap_or(from.len());
    let found = from[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', ')', '*', '_']);
    Some((before, found, &from[found.len()..]))
}

/// The elements of HTML.
const ELEMENTS: &str = " a abbr b big blockquote br center cite code dd del details div dl dt em font h1 h2 h3 h4 h5 h6 \
    hr i img ins kbd li mark ol p pre q s samp section small span strike strong sub summary sup table tbody td tfoot \
    th thead tr tt u ul var wbr ";

/// Converts HTML to Markdown. Elements without a counterpart are replaced by their content, and what is not an
/// element, such as `<id>`, is escaped.
fn without_html(text: &str) -> Cow<'_, str> {
    if !text.contains('<') {
        return Cow::Borrowed(text);
    }
    let mut written = String::new();
    let mut links = Vec::new();
    let mut end = 0;
    for (event, range) in Parser::new_ext(text, DIALECT).into_offset_iter() {
        let (Event::Html(_) | Event::InlineHtml(_), Some(before), Some(html)) =
            (event, text.get(end..range.start), text.get(range.clone()))
        else {
            continue;
        };
        written.push_str(before);
        tags(html, &mut links, &mut written);
        end = range.end;
    }
    if end == 0 {
        return Cow::Borrowed(text);
    }
    written.push_str(&text[end..]);
    Cow::Owned(written)
}

/// Adds `html` to `written`; `links` are the targets of the open links.
fn tags(html: &str, links: &mut Vec<String>, written: &mut String) {
    let mut rest = html;
    while let Some((before, from)) = rest.split_once('<') {
        written.push_str(before);
        let comment = from.strip_prefix("!--").map(|comment| comment.split_once("-->").unwrap_or_default().1);
        rest = if let Some(after) = comment {
            after
        } else if let Some((tag, after)) = from.split_once('>') {
            element(tag, links, written);
            after
        } else {
            written.push_str("\\<");
            from
        };
    }
    written.push_str(rest);
}

fn element(tag: &str, links: &mut Vec<String>, written: &mut String) {
    let (inner, closes) = tag.strip_prefix('/').map_or((tag, false), |inner| (inner, true));
    let name = inner.split(|it: char| !it.is_ascii_alphanumeric()).next().unwrap_or_default().to_ascii_lowercase();
    match name.as_str() {
        "b" | "strong" => written.push_str("**"),
        "i" | "em" => written.push('*'),
        "code" | "tt" | "samp" | "kbd" => written.push('`'),
        "br" => written.push_str("\\\n"),
        "li" if !closes => written.push_str("\n- "),
        "a" if closes => written.push_str(&links.pop().map(|place| format!("](<{place}>)")).unwrap_or_default()),
        "a" => {
            let place = inner.split_once("href=").map(|(_, place)| place.trim_start_matches(['"', '\'']));
            let end = |it: char| it.is_whitespace() || "\"'<>".contains(it);
            links.push(place.and_then(|place| place.split(end).next()).unwrap_or_default().to_owned());
            written.push('[');
        }
        "p" | "div" | "ul" | "ol" | "pre" | "table" | "tr" | "dl" | "dd" | "dt" | "blockquote" | "section" | "hr"
        | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "details" | "summary" => written.push_str("\n\n"),
        known if !known.is_empty() && ELEMENTS.contains(&format!(" {known} ")) => {}
        _ => {
            for part in ["\\<", tag, "\\>"] {
                written.push_str(part);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{ProptestConfig, prop_assert, proptest};
    use pulldown_cmark::BrokenLink;

    use super::*;

    #[test]
    fn markdown_that_rustdoc_would_misread_is_rewritten() {
        for (given, expected) in [
            ("A plain sentence, with (some) signs: 1-2.", "A plain sentence, with (some) signs: 1-2."),
            ("E.g. [\"601\", \"7\"]", "E.g. \\[\"601\", \"7\"\\]"),
            ("[OPTIONAL] a [`Token`]", "\\[OPTIONAL\\] a \\[`Token`\\]"),
            ("related:<role>:<label>", "related:\\<role>:\\<label>"),
            ("a < b and `Vec<T>`", "a \\< b and `Vec<T>`"),
            ("See https://a.example/b_c#d.", "See <https://a.example/b_c#d>."),
            ("(http://a.example) https://b.example", "(<http://a.example>) <https://b.example>"),
            ("[here](https://a.example)", "[here](https://a.example)"),
            ("[here][1]\n\n[1]: https://a.example", "[here](https://a.example)"),
            ("[here](Token), [there](/docs/x), [below](#y)", "here (`Token`), there (`/docs/x`), below"),
            ("![a plan](https://a.example/p.png)", "[a plan](https://a.example/p.png)"),
            ("As:\n\n    let x = 1;", "As:\n\n```text\nlet x = 1;\n```"),
            ("```python\nx\n```", "```text\nx\n```"),
            ("```\ncurl https://a.example\n```", "```text\ncurl https://a.example\n```"),
            ("[![state](https://a.example/s.png)](https://b.example)", "[state](https://b.example)"),
            ("![a plan](p.png)", "a plan (`p.png`)"),
            ("[[x]](https://a.example) `[y]` a_b_c", "[\\[x\\]](https://a.example) `[y]` a_b_c"),
            ("* a\n* b", "- a\n- b"),
            ("one<br/>two", "one  \ntwo"),
            ("<b>Bold</b> <i>slanted</i> <code>x</code> <u>plain</u>", "**Bold** *slanted* `x` plain"),
            ("<p>One.</p><p>Two &amp; three.</p>", "One.\n\nTwo &amp; three."),
            ("<ul><li>one</li><li>two</li></ul>", "- one\n- two"),
            ("<a href=\"https://a.example\">here</a>", "[here](https://a.example)"),
            ("a<!-- not\nshown -->b", "ab"),
            ("<div>\n<script>alert(1)</script>", "\\<script>alert(1)\\</script>"),
        ] {
            assert_eq!(markdown(given), expected, "{given}");
            assert_eq!(markdown(expected), expected, "a second time");
        }
        assert_eq!(markdown("# Top\n\n###### Deep"), "## Top\n\n###### Deep");
    }

    #[test]
    fn a_line_stays_one_line() {
        assert_eq!(line(" Get\n  a [token] "), "Get a \\[token\\]");
        assert_eq!(linked("https://a.example/terms"), "<https://a.example/terms>");
    }

    #[test]
    fn all_descriptions_are_rewritten_and_values_are_not() {
        let mut document = json!({
            "info": {"title": "T", "description": "[x]", "termsOfService": "https://a.example"},
            "tags": [{"name": "[x]", "description": "[x]"}],
            "paths": {"/a": {"get": {
                "summary": "[x]",
                "description": "[x]",
                "parameters": [{"name": "p", "description": "One.\n\n- two\n- three"}],
                "responses": {"404": {"description": "[x]"}},
            }}},
            "components": {"schemas": {"S": {
                "description": "[x]", "default": {"description": "[x]"},
                "properties": {"description": {"description": "[x]"}},
            }}},
        });
        assert_eq!(rewrite_for_rustdoc(&mut document, &mut Report::default()), 8);
        assert_eq!(document["tags"][0], json!({"name": "[x]", "description": "\\[x\\]"}));
        assert_eq!(document["components"]["schemas"]["S"]["default"]["description"], "[x]");
        assert_eq!(document["components"]["schemas"]["S"]["properties"]["description"]["description"], "\\[x\\]");
        assert_eq!(indent(&mut document, &mut Report::default()), 1);
        let parameter = &document["paths"]["/a"]["get"]["parameters"][0]["description"];
        assert_eq!(parameter, "One.\n\n  - two\n  - three");
    }

    #[test]
    fn control_characters_are_removed() {
        assert_eq!(markdown("- <li>https://a<!--\n1\u{0} "), markdown("- <li>https://a<!--\n1 "));
        assert!(!markdown("a\u{0}b\u{7f}").contains(|c: char| c.is_control()));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1_000) })]

        #[test]
        fn rustdoc_has_no_reason_for_a_warning(
            text in r"([a-zé ]|[\n ]|[\[\]<>()`*_~#|!\\:.&^-]|https://a|<b>|</b>|<a href=x>|</a>|<!--|-->|<li>|```|\n    |\n- |\n1. |<br>|\[x\]\(y\)|\n\n){0,24}",
        ) {
            let written = markdown(&text);
            let mut wrong = Vec::new();
            let mut lost = |link: BrokenLink<'_>| {
                wrong.push(format!("a link to {}", link.reference));
                None
            };
            let events: Vec<_> = Parser::new_with_broken_link_callback(&written, DIALECT, Some(&mut lost)).collect();
            let mut verbatim = 0;
            for event in TextMergeStream::new(events.into_iter()) {
                verbatim += match event {
                    Event::Start(Tag::CodeBlock(_) | Tag::Link { .. }) => 1,
                    Event::End(TagEnd::CodeBlock | TagEnd::Link) => -1,
                    _ => 0,
                };
                match event {
                    Event::Text(text) if verbatim == 0 && text.contains("https://a") => {
                        wrong.push(format!("a bare URL in {text}"));
                    }
                    Event::Html(html) | Event::InlineHtml(html) => wrong.push(format!("HTML: {html}")),
                    Event::Start(Tag::Link { link_type, dest_url, .. })
                        if !matches!(link_type, LinkType::Autolink | LinkType::Email) && !dest_url.contains("://") =>
                    {
                        wrong.push(format!("a link to {dest_url}"));
                    }
                    Event::Start(Tag::CodeBlock(kind)) if kind != CodeBlockKind::Fenced("text".into()) => {
                        wrong.push(format!("code: {kind:?}"));
                    }
                    _ => {}
                }
            }
            prop_assert!(wrong.is_empty(), "{wrong:?} in {written:?}");
        }

        #[test]
        fn a_plain_text_would_be_written_unchanged(text in "[A-Za-z][A-Za-z0-9 ,.()]{0,60}") {
            prop_assert!(!is_plain(&text) || rewritten(&text) == text);
        }
    }
}
