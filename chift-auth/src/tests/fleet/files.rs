//! The store in files.

use std::fs;

use super::super::script::{Reply, Script};
use super::*;
use crate::store::FileStore;

#[tokio::test]
async fn the_store_in_files_conforms() {
    let folder = tempfile::tempdir().unwrap();
    conformance::check(&FileStore::new(folder.path().join("of/the/program"))).await.unwrap();
}

#[tokio::test]
async fn a_second_process_takes_the_token_from_a_file_that_only_its_owner_can_read() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), TestClock::new());
    let script = Script::new(&clock, [Reply::Token(LIFE)]);
    for _ in 0..2 {
        let source = member(script.endpoint(), &clock, FileStore::new(folder.path()));
        source.token().await.unwrap();
    }
    assert_eq!(script.received().len(), 1);
    let files: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap()).collect();
    assert_eq!(files.len(), 2, "the entry and the lock, and no temporary file: {files:?}");
    #[cfg(unix)]
    for file in files {
        let mode = std::os::unix::fs::PermissionsExt::mode(&file.metadata().unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600, "{file:?}");
    }
}

#[tokio::test]
async fn a_file_with_other_content_is_replaced_and_a_folder_that_cannot_be_made_is_an_outage() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), TestClock::new());
    let script = Script::new(&clock, [Reply::Token(LIFE)]);
    fs::write(folder.path().join(seal().key), "{\"entry\": 7}").unwrap();
    for _ in 0..2 {
        let source = member(script.endpoint(), &clock, FileStore::new(folder.path()));
        source.token().await.unwrap();
    }
    assert_eq!(script.received().len(), 1);
    let blocked = FileStore::new(folder.path().join(seal().key).join("below a file"));
    member(script.endpoint(), &clock, blocked).token().await.unwrap();
    assert_eq!(script.received().len(), 2);
}

#[tokio::test]
async fn a_lock_that_another_process_keeps_is_an_error_and_not_a_wait_without_end() {
    let folder = tempfile::tempdir().unwrap();
    let lock = fs::File::create(folder.path().join("key.lock")).unwrap();
    fs4::FileExt::try_lock(&lock).unwrap();
    let store = FileStore::new(folder.path());
    assert!(store.load("key").await.unwrap_err().to_string().contains("another process keeps the lock"));
    drop(lock);
    assert!(store.load("key").await.is_ok());
    for key in ["", "../key", "a/b", "a b"] {
        assert!(store.load(key).await.unwrap_err().to_string().contains("letters and digits only"), "{key}");
    }
}
