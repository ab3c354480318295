//! This repository follows its own conventions, which `cargo xtask tidy` checks.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use xtask::tidy::{self, Args};

#[test]
fn the_repository_follows_its_conventions() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut out = Vec::new();
    let result = tidy::run(root, &Args::default(), &mut out);
    assert!(result.is_ok(), "{}", String::from_utf8_lossy(&out));
}
