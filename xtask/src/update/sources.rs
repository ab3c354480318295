//! The new document: one whole document, or the present one with documentation pages merged into it.

use anyhow::{Context as _, bail};
use serde_json::Value;

use super::fetch::{Fetched, fetch};
use super::merge::{Part, merge};
use super::versions::Versions;
use super::{Args, DOCUMENT, yaml};
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

/// Reads the sources that `args` names.
///
/// # Errors
///
/// When a source cannot be fetched or read, the sources cannot be combined, or pages conflict.
pub(super) fn read(
    args: &Args,
    present: &Input,
    present_document: &Document,
    versions: &Versions,
) -> anyhow::Result<NewDocument> {
    let origin = args.from.join(", ");
    let unchanged = |origin, version| NewDocument {
        text: present.text.clone(),
        document: present_document.clone(),
        origin,
        version,
    };
    let mut version = None;
    let (mut whole, mut pages) = (Vec::new(), Vec::new());
    for name in &args.from {
        // An ETag identifies a version of one source. `openapi/chift.yaml` has that version only if it was written from
        // that source alone.
        let is_only = args.from.len() == 1;
        let etag = versions.etag(name, &present.text).filter(|_| is_only);
        let (text, etag) = match fetch(name, etag, args.timeouts)? {
            Fetched::NotModified => {
                return Ok(unchanged(format!("{name} has not changed since the last update"), None));
            }
            Fetched::Text { text, etag } => (text, etag),
        };
        version = etag.filter(|_| is_only).map(|etag| (name.clone(), etag));
        let document = read::read(name, &text)?;
        let list = if document.form == read::PAGE { &mut pages } else { &mut whole };
        list.push(Source { name: name.clone(), text, document });
    }
    let source = match (whole.len(), pages.len()) {
        (1, 0) => whole.remove(0),
        (0, 1..) => match merged(present, present_document, pages)? {
            Merged::Page(page) => page,
            Merged::Document(value) if value == present_document.value => return Ok(unchanged(origin, version)),
            Merged::Document(value) => return written(&value, origin, version),
        },
        (0, 0) => bail!("there is no source; name one with --from"),
        _ => bail!(
            "--from takes one whole document or any number of documentation pages, not both; the sources are: {origin}"
        ),
    };
    // If the document is the same, the present text is kept, even if the source has another format.
    if source.document.value == present_document.value {
        return Ok(unchanged(origin, version));
    }
    match own_yaml(&source) {
        Some(text) => Ok(NewDocument { text, document: source.document, origin, version }),
        None => written(&source.document.value, origin, version),
    }
}

/// The result of merging pages into the present document.
enum Merged {
    /// The only page contains the whole document.
    Page(Source),
    /// A document that differs from each page.
    Document(Value),
}

fn merged(present: &Input, present_document: &Document, mut pages: Vec<Source>) -> anyhow::Result<Merged> {
    let base = Part { name: &present.name, value: &present_document.value };
    let parts: Vec<Part<'_>> =
        pages.iter().map(|page| Part { name: &page.name, value: &page.document.value }).collect();
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
    let text = yaml::write(value)?;
    let document = read::read(DOCUMENT, &text)?;
    if document.value != *value {
        bail!("the document changes when it is written as YAML; this is a defect of xtask");
    }
    Ok(NewDocument { text, document, origin, version })
}
