//! Two commands of the benchmark: `peers serve` is the server that all clients read from, and `peers read URL` reads
//! with this client. `run.py` runs both.

#![allow(clippy::print_stdout)]

mod read;
mod serve;

use anyhow::bail;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["serve"] => serve::run(),
        ["read", base_url] => read::run(base_url),
        _ => bail!("usage: peers serve | peers read URL"),
    }
}
