//! Generates the crate `chift-api` from Chift's `OpenAPI` document.
//!
//! Six stages, each a function from one value to the next:
//!
//! | stage | from | to |
//! |---|---|---|
//! | [`read`](fn@read::read) | text: JSON, YAML or a documentation page | a [`read::Document`] |
//! | [`overlay::apply`] | a document and an overlay | the document with this project's changes |
//! | [`select`] | a document and tags | the operations with these tags, and what they reach |
//! | [`lower::lower`] | `OpenAPI` 3.0 or 3.1 | the 3.0 dialect that progenitor reads |
//! | [`generate::generate`] | the lowered document | a [`client::Client`], and Rust source by file |
//! | [`emit`](mod@emit) | the source | files: all of them or none |
//!
//! [`pipeline::run`] calls the first five in that order, and returns a [`pipeline::Outcome`]. The tasks of the command
//! line read it: [`regen`], [`verify`], [`mod@diff`] and [`update`]. [`callers`] compiles a
//! program against two clients. [`tidy`] checks the conventions of the repository.
//!
//! There are two command lines. `cargo xtask` works on this workspace, and `cargo chift` in a team's repository: [`team`]
//! has what only it does. A [`layout::Layout`] states where each of them has its files, and a [`template::Template`] is
//! the hand-written part of the crate.
//!
//! ```
//! let text = r#"{"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": {}}"#;
//! let document = xtask::read::read("t.json", text).unwrap();
//! let lowered = xtask::lower::lower(document.value).unwrap();
//! assert_eq!(lowered.document["openapi"], "3.0.3");
//! ```

pub mod callers;
pub mod client;
pub mod command_line;
pub mod diff;
pub mod document;
pub mod emit;
pub mod exit;
#[path = "../../chift-api/fingerprint.rs"]
mod fingerprint;
pub mod generate;
pub mod layout;
pub mod lower;
mod names;
pub mod options;
pub mod origin;
pub mod overlay;
pub mod pipeline;
mod progress;
pub mod read;
pub mod regen;
mod revision;
pub mod scaffold;
pub mod select;
pub mod skip;
pub mod team;
pub mod template;
pub mod tidy;
pub mod untyped;
pub mod update;
pub mod verify;
