//! Processes that share one token. The figures are printed: `.ci/fleet` shows them.

use std::time::Duration;

use chift_tests::RedisServer;

use crate::chift::{Chift, LATENCY};
use crate::member::{Member, Task};

/// The life of Chift's tokens.
const HALF_AN_HOUR: Duration = Duration::from_secs(1800);

/// How long a source has the lease, with the default deadline.
const LEASE: Duration = Duration::from_secs(5);

/// Lets all processes begin at the same time.
fn go(members: &mut [Member]) {
    for member in members {
        member.go();
    }
}

fn in_milliseconds(span: Duration) -> f64 {
    span.as_secs_f64() * 1000.0
}

fn median(mut spans: Vec<Duration>) -> Duration {
    spans.sort();
    spans[spans.len() / 2]
}

#[test]
#[ignore = "Redis is not tried: it needs redis-server, which .ci/fleet installs"]
fn sixteen_processes_that_start_together_make_one_token_request() {
    let (chift, redis) = (Chift::start(HALF_AN_HOUR), RedisServer::start(&[]).unwrap());
    let mut members = Member::start_all(16, Task::Token, &chift, Some(&redis));
    go(&mut members);
    let longest = members.iter().map(Member::token).max().unwrap();
    println!("16 processes start together: {} token request with the store", chift.token_requests());
    println!("the slowest of them has its token after {:.0} ms", in_milliseconds(longest));
    assert_eq!(chift.token_requests(), 1);

    let alone = Chift::start(HALF_AN_HOUR);
    let mut members = Member::start_all(16, Task::Token, &alone, None);
    go(&mut members);
    for member in &members {
        member.token();
    }
    println!("16 processes start together: {} token requests without it", alone.token_requests());
    assert_eq!(alone.token_requests(), 16);
}

#[test]
#[ignore = "Redis is not tried: it needs redis-server, which .ci/fleet installs"]
fn a_holder_that_is_killed_costs_one_more_request_and_the_rest_of_its_lease() {
    let (chift, redis) = (Chift::start(HALF_AN_HOUR), RedisServer::start(&[]).unwrap());
    let mut members = Member::start_all(16, Task::Token, &chift, Some(&redis));
    go(&mut members);
    let holder = chift.next_holder();
    let killed = members.iter().position(|member| member.id() == holder).unwrap();
    assert_eq!(members.remove(killed).kill(), [""; 0], "it is killed before it has its token");
    let longest = members.iter().map(Member::token).max().unwrap();
    println!("the holder is killed: {} token requests, 15 tokens within {longest:.1?}", chift.token_requests());
    assert_eq!(chift.token_requests(), 2);
    // With a pause of half a second, and the time that a busy machine takes.
    let limit = LEASE + LATENCY + Duration::from_secs(2);
    assert!(longest + LATENCY > LEASE && longest < limit, "{longest:?}");
}

#[test]
#[ignore = "Redis is not tried: it needs redis-server, which .ci/fleet installs"]
fn a_process_that_starts_with_a_warm_store_requests_no_token() {
    let (chift, redis) = (Chift::start(HALF_AN_HOUR), RedisServer::start(&[]).unwrap());
    let token = |redis| Member::begin(Task::Token, &chift, redis).token();
    token(Some(&redis));
    let warm = median((0..11).map(|_| token(Some(&redis))).collect());
    assert_eq!(chift.token_requests(), 1);
    let cold = median((0..11).map(|_| token(None)).collect());
    assert_eq!(chift.token_requests(), 12);
    let (from_store, from_chift) = (in_milliseconds(warm), in_milliseconds(cold));
    let ratio = from_store / from_chift;
    println!("first token of a process: {from_store:.1} ms from the store, {from_chift:.1} ms from Chift ({ratio:.3})");
    assert!(cold >= LATENCY && ratio < 0.5);
}

/// Calls do not fail while the server is killed, does not respond, and comes back; and then the token is shared again.
#[test]
#[ignore = "Redis is not tried: it needs redis-server, which .ci/fleet installs"]
fn no_call_fails_while_the_server_is_gone() {
    let (chift, mut redis) = (Chift::start(Duration::from_secs(3)), RedisServer::start(&[]).unwrap());
    let mut members = Member::start_all(4, Task::Work, &chift, Some(&redis));
    go(&mut members);
    // Each phase is longer than the life of a token, and ends with calls that were accepted in it.
    let phase = |what: &str| {
        let (requests, accepted) = (chift.token_requests(), chift.accepted());
        std::thread::sleep(Duration::from_secs(4));
        let (requests, accepted) = (chift.token_requests() - requests, chift.accepted() - accepted);
        println!(
            "4 processes, tokens of 3 s, 4 s while the server {what}: {requests} token requests, {accepted} calls"
        );
        assert!(accepted > 100, "{accepted}");
        requests
    };
    let usual = phase("responds");
    redis.kill().unwrap();
    assert!(phase("is killed") >= 4, "each process requests its own token");
    redis.restart().unwrap();
    let again = phase("is back");
    redis.suspend().unwrap();
    assert!(phase("does not respond") >= 4, "each process requests its own token");
    redis.resume().unwrap();
    let last = phase("responds again");
    for count in [usual, again, last] {
        assert!(count <= 4, "{count} requests in less than two lives");
    }
    for member in members {
        assert_eq!(member.stop(), [""; 0]);
    }
}
