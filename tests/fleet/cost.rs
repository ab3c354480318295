//! What sharing a token costs the Redis server. The documentation of the store states the same figures.

use std::time::Duration;

use chift_auth::store::{Lease, RedisStore, TokenStore as _};
use chift_auth::{Credentials, TokenSource};
use chift_tests::{ACCOUNT_ID, Behavior, FaultyServer, RedisServer, TokenFields};
use redis::aio::MultiplexedConnection;

use crate::{connection, with_store};

/// The documentation, which has one line in a table for each figure.
const DOCUMENTATION: &str = include_str!("../../chift-auth/src/store/mod.rs");

/// What a server has done since the last `CONFIG RESETSTAT`.
#[derive(Debug)]
struct Cost {
    /// What the clients sent.
    scripts: u64,
    /// The scripts, and what they ran.
    commands: u64,
    /// Both directions.
    bytes: u64,
    /// The time of the scripts.
    microseconds: u64,
}

struct Meter {
    server: RedisServer,
    connection: MultiplexedConnection,
}

impl Meter {
    async fn start() -> Self {
        let server = RedisServer::start(&[]).unwrap();
        Self { connection: connection(&server).await, server }
    }

    async fn reset(&mut self) {
        redis::cmd("CONFIG").arg("RESETSTAT").exec_async(&mut self.connection).await.unwrap();
    }

    async fn info(&mut self, section: &str) -> String {
        redis::cmd("INFO").arg(section).query_async(&mut self.connection).await.unwrap()
    }

    async fn cost(&mut self) -> Cost {
        // The bytes come first, because the statistics of the commands are long.
        let (stats, commands) = (self.info("stats").await, self.info("commandstats").await);
        let bytes = |name| number(stats.lines().find_map(|line| line.strip_prefix(name)).unwrap());
        let scripts = commands.lines().find_map(|line| line.strip_prefix("cmdstat_evalsha:")).unwrap_or_default();
        let field = |values: &str, name| values.split(',').find_map(|value| value.strip_prefix(name)).map_or(0, number);
        Cost {
            scripts: field(scripts, "calls="),
            microseconds: field(scripts, "usec="),
            commands: commands
                .lines()
                .filter(|line| !line.starts_with("cmdstat_info") && !line.starts_with("cmdstat_config"))
                .filter_map(|line| Some(field(line.split_once(':')?.1, "calls=")))
                .sum(),
            bytes: bytes("total_net_input_bytes:") + bytes("total_net_output_bytes:"),
        }
    }

    /// A store whose connection is open.
    async fn store(&self) -> RedisStore {
        let store = RedisStore::new(&self.server.url()).unwrap();
        store.load("another key").await.unwrap();
        store
    }
}

fn number(text: &str) -> u64 {
    text.trim().parse().unwrap()
}

/// A number rounded up to hundreds, with commas, as the documentation has it.
fn hundreds(number: u64) -> String {
    let rounded = number.div_ceil(100) * 100;
    if rounded < 1000 { rounded.to_string() } else { format!("{},{:03}", rounded / 1000, rounded % 1000) }
}

fn source(chift: &FaultyServer, store: RedisStore) -> TokenSource {
    let credentials = Credentials::new("id", "s3cret", ACCOUNT_ID.parse().unwrap());
    with_store(TokenSource::builder(credentials).base_url(chift.base_url()), store)
}

#[tokio::test]
#[ignore = "Redis is not tried: it needs redis-server, which .ci/fleet installs"]
async fn the_documentation_states_what_the_store_costs() {
    let mut meter = Meter::start().await;
    let chift = FaultyServer::start();
    chift.set_token_response(Behavior::Token(TokenFields { text: Some("t".repeat(1000)), ..TokenFields::default() }));
    // Loads the scripts.
    source(&chift, meter.store().await).token().await.unwrap();
    redis::cmd("FLUSHALL").exec_async(&mut meter.connection).await.unwrap();

    let (leader, follower) = (meter.store().await, meter.store().await);
    meter.reset().await;
    let own = meter.cost().await;
    let mut costs = Vec::new();
    for store in [leader, follower.clone()] {
        meter.reset().await;
        source(&chift, store).token().await.unwrap();
        costs.push(meter.cost().await);
    }
    assert_eq!(chift.token_requests(), 2, "the second source takes the token of the first one");

    let names: Vec<String> = redis::cmd("KEYS").arg("*:token").query_async(&mut meter.connection).await.unwrap();
    let usage = redis::cmd("MEMORY").arg("USAGE").arg(&names).query_async(&mut meter.connection).await;
    let entry: u64 = usage.unwrap();
    let key = names[0].split(['{', '}']).nth(1).unwrap();
    follower.lease(key, "another process", Duration::from_secs(60)).await.unwrap();
    meter.reset().await;
    assert!(follower.load(key).await.unwrap().is_some());
    let lease = follower.lease(key, "this process", Duration::from_secs(5)).await.unwrap();
    assert!(matches!(lease, Lease::Taken { .. }));
    costs.push(meter.cost().await);

    println!("{entry} bytes, {costs:?}, {own:?}");
    let mut lines = vec![format!("An entry takes {} bytes of the server's memory.", hundreds(entry))];
    let names =
        ["requests a token for all", "takes the token of another process", "finds that another process renews it"];
    for (name, cost) in names.iter().zip(&costs) {
        let bytes = hundreds(cost.bytes - own.bytes);
        lines.push(format!("| {name} | {} | {} | {bytes} |", cost.scripts, cost.commands));
    }
    let [scripts, time] =
        [|it: &Cost| it.scripts, |it: &Cost| it.microseconds].map(|it| costs.iter().map(it).sum::<u64>());
    println!("a script takes the server {} µs on average", time / scripts);
    for line in lines {
        assert!(DOCUMENTATION.contains(&format!("//! {line}\n")), "the documentation of the store has no line: {line}");
    }
}
