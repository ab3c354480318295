//! What a store keeps for one key, and what the operations do with it. For stores without a server of their own.

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use super::{Entry, Lease};

/// What is kept for a key. Times are in microseconds since 1970.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Slot {
    entry: Option<Stored>,
    /// The owner, and when the lease ends.
    lease: Option<(String, u64)>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Stored {
    value: Vec<u8>,
    version: u64,
    end: u64,
}

impl Slot {
    /// Drops what has ended.
    pub(super) fn expire(&mut self, now: u64) {
        self.entry.take_if(|entry| entry.end <= now);
        self.lease.take_if(|(_, end)| *end <= now);
    }

    pub(super) fn load(&self, now: u64) -> Option<Entry> {
        let Stored { value, version, end } = self.entry.as_ref()?;
        Some(Entry { value: value.clone(), version: *version, left: between(now, *end) })
    }

    pub(super) fn store(&mut self, value: &[u8], version: u64, life: Duration, now: u64) -> bool {
        let left = life.saturating_sub(between(version, now));
        let is_newer = self.entry.as_ref().is_none_or(|entry| entry.version < version);
        let is_stored = is_newer && !left.is_zero();
        if is_stored {
            self.entry = Some(Stored { value: value.to_vec(), version, end: after(now, left) });
        }
        is_stored
    }

    pub(super) fn remove_if(&mut self, version: u64) -> bool {
        self.entry.take_if(|entry| entry.version == version).is_some()
    }

    pub(super) fn lease(&mut self, owner: &str, span: Duration, now: u64) -> Lease {
        match &self.lease {
            Some((holder, end)) if holder != owner => Lease::Taken { left: between(now, *end) },
            _ => {
                self.lease = Some((owner.to_owned(), after(now, span)));
                let entry = self.entry.as_ref().map_or(0, |entry| entry.version.saturating_add(1));
                Lease::Granted { version: now.max(entry) }
            }
        }
    }

    pub(super) fn release(&mut self, owner: &str) {
        self.lease.take_if(|(holder, _)| holder == owner);
    }
}

/// A time in microseconds since 1970.
pub(super) fn micros(time: SystemTime) -> u64 {
    after(0, time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default())
}

fn after(micros: u64, span: Duration) -> u64 {
    micros.saturating_add(u64::try_from(span.as_micros()).unwrap_or(u64::MAX))
}

fn between(start: u64, end: u64) -> Duration {
    Duration::from_micros(end.saturating_sub(start))
}
