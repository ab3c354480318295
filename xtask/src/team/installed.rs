//! The repository that this program was installed from, as `cargo install` recorded it.

use std::env;
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::manifests::Git;

/// The record in the folder that `cargo install` installs to.
const RECORD: &str = ".crates2.json";

/// The repository that the running program was installed from; `None` if it was installed otherwise or not at all.
pub(super) fn repository() -> Option<Git> {
    let program = env::current_exe().ok()?;
    // `cargo install` writes programs to `bin/` beside its record.
    let record = fs::read_to_string(program.parent()?.parent()?.join(RECORD)).ok()?;
    recorded(&record, &program)
}

fn recorded(record: &str, program: &Path) -> Option<Git> {
    let name = program.file_name()?.to_str()?;
    let record: Value = serde_json::from_str(record).ok()?;
    let installs = record.get("installs")?.as_object()?;
    let (package, _) = installs.iter().find(|(_, install)| {
        let programs = install.get("bins").and_then(Value::as_array);
        programs.is_some_and(|programs| programs.iter().any(|program| program.as_str() == Some(name)))
    })?;
    // `xtask 0.1.0 (git+https://example.com/a#0123)`
    let (_, source) = package.split_once(" (")?;
    Git::from_source(source.trim_end_matches(')'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_source_of_the_program_is_read_from_the_record() {
        let record = r#"{"installs": {
            "other 1.0.0 (git+https://a.b/other#01)": {"bins": ["other"]},
            "xtask 0.1.0 (git+file:///a/b?branch=c#0123)": {"bins": ["cargo-chift"]},
            "ripgrep 14.0.0 (registry+https://github.com/rust-lang/crates.io-index)": {"bins": ["rg"]}
        }}"#;
        let git = recorded(record, Path::new("/x/bin/cargo-chift")).unwrap();
        assert_eq!(git.to_string(), "chift-auth = { git = \"file:///a/b\", branch = \"c\" }");
        assert_eq!(recorded(record, Path::new("/x/bin/rg")), None);
        assert_eq!(recorded(record, Path::new("/x/bin/unknown")), None);
        assert_eq!(recorded("not JSON", Path::new("/x/bin/rg")), None);
    }
}
