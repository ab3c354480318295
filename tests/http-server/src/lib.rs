//! An HTTP/1.1 server on loopback for tests: a function maps each request to a response, which may be broken
//! on purpose.
//!
//! `httpmock` serves well-formed responses only. This server can also cut a response off, stall in the middle of
//! a body, or send nothing, and it passes each request on byte for byte.
//!
//! ```
//! use chift_test_server::{Response, Server};
//!
//! let server = Server::start(|request| match request.path() {
//!     "/document" => Response::new(200).body("openapi: 3.1.0"),
//!     "/broken" => Response::new(200).body("openapi: 3.").cut_off(),
//!     _ => Response::new(404),
//! })?;
//! assert!(server.url("/document").starts_with("http://127.0.0.1:"));
//! # Ok::<(), std::io::Error>(())
//! ```

mod request;
mod response;
mod server;

pub use request::Request;
pub use response::Response;
pub use server::Server;
