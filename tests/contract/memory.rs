//! The client secret is overwritten in memory when all its owners are dropped. The test searches the memory of a
//! separate process. (It does not search for tokens: the HTTP library reads them into a buffer that this crate cannot
//! overwrite.)

#![cfg(target_os = "linux")]

use std::fs::{self, File};
use std::io::{Read as _, Seek as _, SeekFrom};
use std::process::Command;

use chift_auth::{Credentials, TokenSource};
use chift_tests::FaultyServer;

/// The number of token sources that hold the secret at the same time.
const SOURCES: usize = 20;

/// XORed with each byte of the secret, so that the expected value is not itself a copy.
const MASK: u8 = 0x55;

/// The masked secret: a string that no binary and no environment contains.
fn masked() -> Vec<u8> {
    // Only letters, because JSON does not escape them.
    (0..32_u8).map(|index| (b'A' + (index * 7 + 3) % 26) ^ MASK).collect()
}

fn unmasked(masked: &[u8]) -> String {
    let mut text = String::with_capacity(masked.len());
    text.extend(masked.iter().map(|byte| char::from(byte ^ MASK)));
    text
}

/// The number of copies of the secret in the writable memory of this process.
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
            let is_copy = |window: &[u8]| window.iter().zip(masked).all(|(byte, masked)| byte ^ MASK == *masked);
            count += bytes.windows(masked.len()).filter(|window| is_copy(window)).count();
        }
        // Otherwise the search finds this buffer in a later region.
        bytes.fill(0);
    }
    count
}

#[test]
fn no_copy_of_the_client_secret_remains_in_memory() {
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
#[ignore = "the test above runs it in a separate process"]
fn holds_a_secret_and_drops_it() {
    let secret = masked();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let base_url = std::env::var("CHIFT_TEST_URL").unwrap();
    // With several sources it is unlikely that later allocations overwrite all remaining copies.
    let sources: Vec<_> = (0..SOURCES)
        .map(|_| {
            let credentials = Credentials::new("id", unmasked(&secret), uuid::Uuid::nil());
            let source = TokenSource::builder(credentials).base_url(&base_url).build().unwrap();
            runtime.block_on(source.token()).unwrap();
            source
        })
        .collect();
    assert!(copies(&secret) >= SOURCES, "the search finds the copies that are in use");
    drop(sources);
    drop(runtime);
    assert_eq!(copies(&secret), 0, "copies of the client secret");
}
