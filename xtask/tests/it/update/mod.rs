//! `update` from files, from pages, and from servers that work or fail.

mod from_files;
mod from_servers;
