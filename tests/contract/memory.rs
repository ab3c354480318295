//! The client secret is overwritten when everything that holds it is dropped: looked for in the memory of a process of
//! its own. (A token stands in the buffer that the HTTP library read it into, which nobody can overwrite.)

#![cfg(target_os = "linux")]

use std::fs::{self, File};
use std::io::{Read as _, Seek as _, SeekFrom};
use std::process::Command;

use chift_auth::{Credentials, TokenSource};
use chift_tests::FaultyServer;

/// How many sources hold the secret at once.
const SOURCES: usize = 20;

/// Keeps a text from standing in memory as it is.
const MASK: u8 = 0x55;

/// A text that no binary and no environment holds, masked.
fn masked() -> Vec<u8> {
    // Letters only, which JSON does not escape.
    (0..32_u8).map(|index| (b'A' + (index * 7 + 3) % 26) ^ MASK).collect()
}

fn unmasked(masked: &[u8]) -> String {
    let mut text = String::with_capacity(masked.len());
    text.extend(masked.iter().map(|byte| char::from(byte ^ MASK)));
    text
}

/// How often a text stands in the writable memory of this process.
fn copies(masked: &[u8]) -> usize {
    let mut memory = File::open("/proc/self/mem").unwrap();
    let mut count = 0;
    for line in fs::read_to_string("/proc/self/maps").unwrap().lines() {
        let mut words = line.split_whitespace();
        let (range, rights) = (words.next().unwrap(), words.next().unwrap());
        let (start, end) = range.split_once('-').unwrap();
        let [start, end] = [start, end].map(|number| u64::from_str_radix(number, 16).unwrap());
        let mut bytes = vec![0; usize::try_from(end - start).unwrap()];
        let readable = rights.starts_with("rw") && memory.seek(SeekFrom::Start(start)).is_ok();
        if readable && memory.read_exact(&mut bytes).is_ok() {
            let is_it = |window: &[u8]| window.iter().zip(masked).all(|(byte, masked)| byte ^ MASK == *masked);
            count += bytes.windows(masked.len()).filter(|window| is_it(window)).count();
        }
        // What was read is no copy to be found in the next region.
        bytes.fill(0);
    }
    count
}

#[test]
fn no_copy_of_the_client_secret_stays_in_memory() {
    let server = FaultyServer::start();
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "memory::holds_a_secret_and_drops_it", "--ignored", "--test-threads", "1"])
        .env("CHIFT_TEST_URL", server.base_url())
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && printed.contains("1 passed"), "{printed}");
    assert_eq!(server.token_requests(), SOURCES);
}

#[test]
#[ignore = "run by the test above, in a process of its own"]
fn holds_a_secret_and_drops_it() {
    let secret = masked();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let base_url = std::env::var("CHIFT_TEST_URL").unwrap();
    // Several, so that a copy that stays behind is not written over by chance.
    let sources: Vec<_> = (0..SOURCES)
        .map(|_| {
            let credentials = Credentials::new("id", unmasked(&secret), uuid::Uuid::nil());
            let source = TokenSource::builder(credentials).base_url(&base_url).build().unwrap();
            runtime.block_on(source.token()).unwrap();
            source
        })
        .collect();
    assert!(copies(&secret) >= SOURCES, "it is found while it is needed");
    drop(sources);
    drop(runtime);
    assert_eq!(copies(&secret), 0, "copies of the client secret");
}
