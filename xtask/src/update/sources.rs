//! The new document: one whole document, or the present one with documentation pages merged into it.

use anyhow::{Context as _, bail};
use serde_json::Value;

use super::fetch::{Fetched, Timeouts, fetch, shown};
use super::merge::{Part, merge};
use super::versions::Versions;
use crate::document::yaml_text;
use crate::options::DOCUMENT;
use crate::pipeline::Input;
use crate::read::{self, Document};

/// The new `openapi/chift.yaml`.
pub(super) struct NewDocument {
    /// Its text.
    pub(super) text: String,
    /// The document that results from reading the text.
    pub(super) document: Document,
    /// The names of the sources, for the report.
    pub(super) origin: String,
    /// The source and the ETag of this version, if the server sent one.
    pub(super) version: Option<(String, String)>,
}

/// A source that was fetched and read.
struct Source {
    name: String,
    text: String,
    document: Document,
}

/// Reads the sources `from`. Pages are merged into the present document, or else into the first page.
///
/// # Errors
///
/// When a source cannot be fetched or read, the sources cannot be combined, or pages conflict.
pub(super) fn read(
    from: &[String],
    timeouts: Timeouts,
    present: Option<(&Input, &Document)>,
    versions: &Versions,
) -> anyhow::Result<NewDocument> {
    let origin = from.iter().map(|source| shown(source)).collect::<Vec<_>>().join(", ");
    let mut version = None;
    let (mut whole, mut pages) = (Vec::new(), Vec::new());
    for name in from {
        // An ETag identifies a version of one source. `openapi/chift.yaml` has that version only if it was written from
        // that source alone.
        let present = present.filter(|_| from.len() == 1);
        let address = name;
        let name = &shown(address);
        let etag = present.and_then(|(present, _)| versions.etag(name, &present.text));
        let (text, etag) = match (fetch(address, etag, timeouts)?, present) {
            (Fetched::NotModified, Some(present)) => {
                return Ok(unchanged(present, format!("{name} has not changed since the last update"), None));
            }
            (Fetched::NotModified, None) => bail!("{name} sent no document"),
            (Fetched::Text { text, etag }, _) => (text, etag),
        };
        version = etag.filter(|_| from.len() == 1).map(|etag| (name.clone(), etag));
        let document = read::read(name, &text)?;
        let list = if document.form == read::PAGE { &mut pages } else { &mut whole };
        list.push(Source { name: name.clone(), text, document });
    }
    let source = match (whole.len(), pages.len()) {
        (1, 0) => whole.remove(0),
        (0, 1..) => match merged(present, pages)? {
            Merged::Page(page) => page,
            Merged::Document(value) => {
                return match present {
                    Some(present) if present.1.value == value => Ok(unchanged(present, origin, version)),
                    _ => written(&value, origin, version),
                };
            }
        },
        (0, 0) => bail!("there is no source; name one with --from"),
        _ => bail!(
            "--from takes one whole document or any number of documentation pages, not both; the sources are: {origin}"
        ),
    };
    // If the document is the same, the present text is kept, even if the source has another format.
    if let Some(present) = present.filter(|(_, document)| document.value == source.document.value) {
        return Ok(unchanged(present, origin, version));
    }
    match own_yaml(&source) {
        Some(text) => Ok(NewDocument { text, document: source.document, origin, version }),
        None => written(&source.document.value, origin, version),
    }
}

/// The present document.
fn unchanged((input, document): (&Input, &Document), origin: String, version: Option<(String, String)>) -> NewDocument {
    NewDocument { text: input.text.clone(), document: document.clone(), origin, version }
}

/// The result of merging pages into the present document.
enum Merged {
    /// The only page contains the whole document.
    Page(Source),
    /// A document that differs from each page.
    Document(Value),
}

fn merged(present: Option<(&Input, &Document)>, mut pages: Vec<Source>) -> anyhow::Result<Merged> {
    let parts: Vec<Part<'_>> =
        pages.iter().map(|page| Part { name: &page.name, value: &page.document.value }).collect();
    let base = present.map(|(input, document)| Part { name: &input.name, value: &document.value });
    let base = base.or(parts.first().copied()).context("there is no page")?;
    let merged = merge(&base, &parts).context("the pages cannot be merged into the document")?;
    let is_whole = parts.len() == 1 && *parts[0].value == merged;
    Ok(match pages.pop() {
        Some(page) if is_whole => Merged::Page(page),
        _ => Merged::Document(merged),
    })
}

/// The YAML block of a page, which is kept as the vendor wrote it.
fn own_yaml(source: &Source) -> Option<String> {
    if source.document.form != read::PAGE {
        return None;
    }
    let block = read::fenced_document(&source.text).ok().flatten()?;
    (!block.trim_start().starts_with('{')).then(|| block.to_owned())
}

/// Writes the document as YAML, and reads it back, so that the client is generated from the content of the file.
fn written(value: &Value, origin: String, version: Option<(String, String)>) -> anyhow::Result<NewDocument> {
    let text = yaml_text::write(value);
    let document = read::read(DOCUMENT, &text)?;
    if document.value != *value {
        bail!("the document changes when it is written as YAML; this is a defect of xtask");
    }
    Ok(NewDocument { text, document, origin, version })
}
