//! A fleet whose processes are killed at random, for many lives of a token.

use std::thread;
use std::time::{Duration, Instant};

use chift_tests::RedisServer;

use crate::chift::Chift;
use crate::member::{Member, Task};

const LIFE: Duration = Duration::from_secs(5);
const PROCESSES: usize = 8;

/// The average pause between two kills.
const PAUSE: Duration = Duration::from_millis(500);

/// What a fleet did.
struct Soak {
    kills: usize,
    killed_holders: usize,
    calls: usize,
    requests_per_life: f64,
}

/// With the default settings, a process renews a token after five sixths of its life, and makes 1.2 requests per life even
/// alone. So the processes use a token nearly to its end: what is left is the cost of sharing it, and of the deaths.
#[test]
#[ignore = "Redis is not tried: it needs redis-server, which .ci/fleet installs"]
fn processes_that_are_killed_at_random() {
    let redis = RedisServer::start(&[]).unwrap();
    let shared = soak(Duration::from_secs(60), Some(&redis));
    assert!(shared.killed_holders == 1 && shared.kills > 60 && shared.calls > 5_000);
    assert!(shared.requests_per_life <= 1.2);
    // Each process requests a token when it starts, and one per life.
    let alone = soak(Duration::from_secs(15), None);
    assert!(alone.requests_per_life > 10.0);
}

/// Runs a fleet of which no call may fail, while a process is killed and replaced now and then. Once, it is the process
/// that is requesting a token.
fn soak(span: Duration, redis: Option<&RedisServer>) -> Soak {
    let chift = Chift::start(LIFE);
    let begin = || Member::begin(Task::WorkAndRenewLate, &chift, redis);
    let mut members: Vec<_> = (0..PROCESSES).map(|_| begin()).collect();
    let seed = fastrand::u64(..);
    let mut random = fastrand::Rng::with_seed(seed);
    let (mut kills, mut killed_holders, mut failures) = (0, 0, Vec::new());
    let (started, requests, calls) = (Instant::now(), chift.token_requests(), chift.accepted());
    let mut next_kill = started;
    while started.elapsed() < span {
        let is_holder = killed_holders == 0 && started.elapsed() > span / 3;
        let victim = if is_holder {
            chift.forget_holders();
            let id = chift.next_holder();
            members.iter().position(|member| member.id() == id)
        } else {
            next_kill += PAUSE.mul_f64(random.f64() * 2.0);
            thread::sleep(next_kill.saturating_duration_since(Instant::now()));
            Some(random.usize(..members.len()))
        };
        let Some(victim) = victim else { continue };
        failures.extend(members.swap_remove(victim).kill());
        (kills, killed_holders) = (kills + 1, killed_holders + usize::from(is_holder));
        members.push(begin());
    }
    let lives = started.elapsed().as_secs_f64() / LIFE.as_secs_f64();
    let (requests, calls) = (chift.token_requests() - requests, chift.accepted() - calls);
    failures.extend(members.into_iter().flat_map(Member::stop));
    let requests_per_life = f64::from(u32::try_from(requests).unwrap()) / lives;
    let with = if redis.is_some() { "with" } else { "without" };
    println!("{PROCESSES} processes {with} the store for {lives:.1} lives, {kills} killed and replaced, seed {seed}:");
    println!("  {requests} token requests, {requests_per_life:.2} per life");
    println!("  {calls} calls accepted, {} refused and repeated, {} failed", chift.refused(), failures.len());
    assert_eq!(failures, [""; 0]);
    Soak { kills, killed_holders, calls, requests_per_life }
}
