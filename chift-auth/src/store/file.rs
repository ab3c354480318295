//! A store in files.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, SystemTime};

use chift_api::serde_json;
use fs4::{FileExt, TryLockError};
use tempfile::NamedTempFile;

use super::slot::{Slot, micros};
use super::{Entry, Lease, StoreError, StoreFuture, TokenStore};

/// How long an operation waits for the lock of another process: in steps, because a thread that waits for the lock itself
/// could keep the program from ending.
const LOCK_STEPS: u32 = 100;
const LOCK_STEP: Duration = Duration::from_millis(2);

/// A store in a folder on a local disk, for command-line tools, and for functions that keep a disk between their calls.
///
/// Each API key has a file, which only its owner can read, and a lock file. A file is replaced as a whole, so that a
/// process that dies leaves no half-written one. The folder is created if it does not exist.
///
/// ```no_run
/// use chift_auth::store::FileStore;
/// use chift_auth::{Credentials, TokenSource};
///
/// let store = FileStore::new("/var/cache/books/chift");
/// let source = TokenSource::builder(Credentials::from_env()?).store(store).build()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct FileStore(Arc<Path>);

impl FileStore {
    /// A store in `folder`. Nothing is read or written yet.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self(folder.into().into())
    }

    /// Runs `action` on what is kept for `key`, with the time, while no other process does.
    fn with<T: Send + 'static>(
        &self,
        key: &str,
        action: impl FnOnce(&mut Slot, u64) -> T + Send + 'static,
    ) -> StoreFuture<'_, T> {
        let (folder, key) = (self.0.clone(), key.to_owned());
        Box::pin(async move {
            let work = move || locked(&folder, &key, action);
            tokio::task::spawn_blocking(work).await.map_err(StoreError::new)?.map_err(StoreError::new)
        })
    }
}

fn locked<T>(folder: &Path, key: &str, action: impl FnOnce(&mut Slot, u64) -> T) -> io::Result<T> {
    if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(io::Error::other("a key of a store in files contains letters and digits only"));
    }
    fs::create_dir_all(folder)?;
    let lock = private().write(true).create(true).truncate(false).open(folder.join(format!("{key}.lock")))?;
    wait_for(&lock)?;
    let path = folder.join(key);
    let before = match fs::read(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        read => read.unwrap_or_default(),
    };
    // A file that cannot be read as one of this store counts as empty, and is replaced.
    let mut slot: Slot = serde_json::from_slice(&before).unwrap_or_default();
    let now = micros(SystemTime::now());
    slot.expire(now);
    let result = action(&mut slot, now);
    let after = serde_json::to_vec(&slot)?;
    if after != before {
        let mut file = NamedTempFile::new_in(folder)?;
        file.write_all(&after)?;
        file.persist(&path)?;
    }
    // Closing the lock file releases the lock.
    Ok(result)
}

fn wait_for(lock: &File) -> io::Result<()> {
    for _ in 0..LOCK_STEPS {
        match FileExt::try_lock(lock) {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) => sleep(LOCK_STEP),
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
    Err(io::Error::new(io::ErrorKind::WouldBlock, "another process keeps the lock file"))
}

/// Creates files that only their owner can read.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

impl TokenStore for FileStore {
    fn load<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Entry>> {
        self.with(key, |slot, now| slot.load(now))
    }

    fn store<'a>(&'a self, key: &'a str, value: &'a [u8], version: u64, life: Duration) -> StoreFuture<'a, bool> {
        let value = value.to_vec();
        self.with(key, move |slot, now| slot.store(&value, version, life, now))
    }

    fn remove_if(&self, key: &str, version: u64) -> StoreFuture<'_, bool> {
        self.with(key, move |slot, _| slot.remove_if(version))
    }

    fn lease<'a>(&'a self, key: &'a str, owner: &'a str, span: Duration) -> StoreFuture<'a, Lease> {
        let owner = owner.to_owned();
        self.with(key, move |slot, now| slot.lease(&owner, span, now))
    }

    fn release<'a>(&'a self, key: &'a str, owner: &'a str) -> StoreFuture<'a, ()> {
        let owner = owner.to_owned();
        self.with(key, move |slot, _| slot.release(&owner))
    }
}
