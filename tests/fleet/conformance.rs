//! The store in Redis does what the trait states.

use std::time::Duration;

use chift_auth::store::{RedisStore, conformance};
use chift_tests::RedisServer;

#[tokio::test]
#[ignore = "Redis is not tried: it needs redis-server, which .ci/fleet installs"]
async fn redis_conforms() {
    let redis = RedisServer::start(&[]).unwrap();
    let store = RedisStore::new(&redis.url()).unwrap();
    conformance::check(&store).await.unwrap();
}

#[tokio::test]
#[ignore = "Redis is not tried: it needs redis-server, which .ci/fleet installs"]
async fn a_cluster_conforms() {
    let redis = RedisServer::start(&["--cluster-enabled", "yes"]).unwrap();
    assert_eq!(redis.command("CLUSTER ADDSLOTSRANGE 0 16383").unwrap(), "+OK");
    let is_down = || redis.command("GET key").unwrap().starts_with("-CLUSTERDOWN");
    for _ in 0..1_000 {
        if !is_down() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let store = RedisStore::new(&redis.url()).unwrap();
    conformance::check(&store).await.unwrap();
}
