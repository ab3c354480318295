//! One token for a fleet, with a real Redis server and with processes. `.ci/fleet` runs these tests; they need
//! `redis-server`, so that `cargo test` reports them as ignored.

mod conformance;
