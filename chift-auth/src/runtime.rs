//! The tokio runtime that a caller is in.

use std::future::Future;
use std::net::{Ipv4Addr, UdpSocket};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::runtime::{Handle, Id};

use crate::AuthError;

/// A piece of work that runs to its end whether or not anybody waits for it.
pub(crate) type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The verdicts on the runtimes that were seen last, because a probe costs some microseconds.
static VERDICTS: Mutex<Vec<(Id, bool)>> = Mutex::new(Vec::new());

/// More verdicts than this are not kept.
const MOST_VERDICTS: usize = 32;

/// Spawns `task` on the caller's runtime.
pub(crate) fn spawn(task: Task) -> Result<(), AuthError> {
    let handle = Handle::try_current().map_err(|_| AuthError::NoRuntime)?;
    handle.spawn(task);
    Ok(())
}

/// Whether the caller is in a runtime that can fetch a token: one with time and IO enabled.
pub(crate) fn check() -> Result<(), AuthError> {
    let id = Handle::try_current().map_err(|_| AuthError::NoRuntime)?.id();
    let known = VERDICTS.lock().unwrap_or_else(PoisonError::into_inner).iter().find(|(it, _)| *it == id).copied();
    let is_complete = match known {
        Some((_, is_complete)) => is_complete,
        // Two threads may probe the same runtime; they find the same.
        None => probe(id),
    };
    if is_complete { Ok(()) } else { Err(AuthError::NoRuntime) }
}

/// Asks for a timer and for a registered socket.
///
/// tokio 1.54 has no function that tells whether they are enabled, and no constructor that returns an error
/// when they are not: all of them panic. So the panic is caught. In a complete runtime, which is the usual
/// case, nothing panics; in an incomplete one the panic hook prints tokio's message once, and that message
/// says which builder method to call.
fn probe(id: Id) -> bool {
    let has_time = || drop(tokio::time::sleep(Duration::ZERO));
    let is_complete = catch_unwind(has_time).is_ok() && {
        // Without a free descriptor nothing is known of the runtime.
        let Some(socket) = loopback_socket() else { return true };
        match catch_unwind(AssertUnwindSafe(|| tokio::net::UdpSocket::from_std(socket).is_ok())) {
            Ok(true) => true,
            // The runtime is shutting down, or the machine is short of memory.
            Ok(false) => return false,
            Err(_) => false,
        }
    };
    let mut verdicts = VERDICTS.lock().unwrap_or_else(PoisonError::into_inner);
    if verdicts.len() >= MOST_VERDICTS {
        verdicts.remove(0);
    }
    verdicts.push((id, is_complete));
    is_complete
}

/// A socket that sends nothing and that nobody can reach from another machine.
fn loopback_socket() -> Option<UdpSocket> {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).ok()?;
    socket.set_nonblocking(true).ok()?;
    Some(socket)
}
