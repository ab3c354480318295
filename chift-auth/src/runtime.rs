//! The tokio runtime of a caller.

use std::cell::Cell;
use std::future::Future;
use std::net::{Ipv4Addr, UdpSocket};
use std::panic::catch_unwind;
use std::pin::Pin;
use std::time::Duration;

use tokio::runtime::{Handle, Id};

use crate::AuthError;

/// Work that runs to its end whether or not a caller waits for it.
pub(crate) type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

thread_local! {
    /// The runtime that this thread last found complete, because a probe takes some microseconds.
    static COMPLETE: Cell<Option<Id>> = const { Cell::new(None) };
}

/// Spawns `task` on the caller's runtime. Without one, the task is dropped.
pub(crate) fn spawn(task: Task) {
    if let Ok(runtime) = Handle::try_current() {
        runtime.spawn(task);
    }
}

/// Returns an error unless the caller is in a runtime with time and IO enabled.
pub(crate) fn check() -> Result<(), AuthError> {
    let id = Handle::try_current().map_err(|_| AuthError::NoRuntime)?.id();
    if COMPLETE.get() != Some(id) {
        if !is_complete() {
            return Err(AuthError::NoRuntime);
        }
        COMPLETE.set(Some(id));
    }
    Ok(())
}

/// Creates a timer and registers a socket.
///
/// tokio 1.54 has no function that reports whether they are enabled, and each constructor panics if they are not, so
/// the panic is caught. The panic hook prints tokio's message, which names the builder method to call.
fn is_complete() -> bool {
    let probe = || {
        drop(tokio::time::sleep(Duration::ZERO));
        // The socket sends nothing, and no other machine can reach it. An error here, such as a lack of file
        // descriptors, is not an error of the runtime.
        let Ok(socket) = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)) else { return true };
        socket.set_nonblocking(true).is_err() || tokio::net::UdpSocket::from_std(socket).is_ok()
    };
    catch_unwind(probe).unwrap_or(false)
}
