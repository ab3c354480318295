//! The log of a test, at TRACE.

use std::cell::RefCell;
use std::io;
use std::sync::{Arc, Mutex, Once};

use tracing_subscriber::filter::dynamic_filter_fn;
use tracing_subscriber::prelude::*;

thread_local! {
    /// The log of the test that runs on this thread.
    static CURRENT: RefCell<Option<Log>> = const { RefCell::new(None) };
}

/// What is logged on one thread.
#[derive(Clone, Default)]
pub(super) struct Log(Arc<Mutex<Vec<u8>>>);

/// Ends the log.
pub(super) struct Guard;

impl Log {
    /// Begins the log of this thread.
    ///
    /// All tests share one subscriber. With one for each, a test that runs at the same time can disable events: tracing
    /// caches for all threads whether an event is enabled.
    pub(super) fn begin() -> (Self, Guard) {
        static SUBSCRIBER: Once = Once::new();
        SUBSCRIBER.call_once(|| {
            let layer = tracing_subscriber::fmt::layer().with_writer(|| Writer).with_ansi(false);
            let has_log = dynamic_filter_fn(|_, _| CURRENT.with_borrow(Option::is_some));
            let subscriber = tracing_subscriber::registry().with(layer.with_filter(has_log));
            tracing::subscriber::set_global_default(subscriber).unwrap();
        });
        let log = Self::default();
        CURRENT.set(Some(log.clone()));
        (log, Guard)
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }

    /// The number of lines that contain `text`.
    pub(super) fn count(&self, text: &str) -> usize {
        self.text().lines().filter(|line| line.contains(text)).count()
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        CURRENT.set(None);
    }
}

/// Writes to the log of the current thread, if it has one.
struct Writer;

impl io::Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        CURRENT.with_borrow(|log| {
            if let Some(log) = log {
                log.0.lock().unwrap().extend_from_slice(bytes);
            }
        });
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
