//! A fleet with random delays, deaths and wrong clocks, in simulated time.
//!
//! Each process calls again and again, and dies at a random moment, with its renewal. The store is slow at random; some
//! operations take longer than their limit. After each run these hold:
//!
//! - no call failed, and none got a token after its end by the clock of the server that issues tokens;
//! - no call waited for longer than the deadline;
//! - the server received no more requests than there were lives, and a third of the deaths and of the slow operations of
//!   the store; the others cost nothing, because there is a valid token, or another process is renewing it.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use chift_api::{Clock, SharedClock, Sleep};
use fastrand::Rng;
use tokio::sync::watch;
use tokio::task::AbortHandle;

use super::super::{api, credentials, deps};
use super::{Fleet, MemoryStore, TIMEOUT, TestClock, TokenSource, TokenStore};
use crate::endpoint::{Endpoint, Issued};
use crate::renewal::Deps;
use crate::rules::Rules;
use crate::runtime::Task;
use crate::store::{Entry, Lease, StoreFuture};

const PROCESSES: usize = 6;

/// Simulated time, and what happened in it.
struct World {
    /// The time since the start.
    now: watch::Sender<Duration>,
    /// When somebody waits for the time.
    wakes: Mutex<BTreeSet<Duration>>,
    start: (Instant, SystemTime),
    rng: Mutex<Rng>,
    life: Duration,
    /// When each token ends.
    ends: Mutex<HashMap<String, Duration>>,
    requests: AtomicUsize,
    /// Operations of the store that took longer than their limit.
    slow: AtomicUsize,
    calls: AtomicUsize,
}

impl World {
    fn now(&self) -> Duration {
        *self.now.borrow()
    }

    async fn pass(&self, span: Duration) {
        let end = self.now() + span;
        self.wakes.lock().unwrap().insert(end);
        let _ = self.now.subscribe().wait_for(|now| *now >= end).await;
    }

    fn milliseconds(&self, range: std::ops::Range<u64>) -> Duration {
        Duration::from_millis(self.rng.lock().unwrap().u64(range))
    }

    fn endpoint(self: &Arc<Self>) -> Endpoint {
        let world = self.clone();
        Arc::new(move |_, _| {
            let world = world.clone();
            Box::pin(async move {
                let number = world.requests.fetch_add(1, Ordering::SeqCst) + 1;
                world.pass(world.milliseconds(20..400)).await;
                let text = format!("token-{number}");
                world.ends.lock().unwrap().insert(text.clone(), world.now() + world.life);
                world.pass(world.milliseconds(20..400)).await;
                Ok(Issued::new(text.into(), world.life))
            })
        })
    }
}

/// The clock of a machine, which is wrong by `skew` seconds.
struct Machine {
    world: Arc<World>,
    skew: i64,
}

impl Clock for Machine {
    fn now(&self) -> Instant {
        self.world.start.0 + self.world.now()
    }

    fn wall(&self) -> SystemTime {
        let right = self.world.start.1 + self.world.now();
        let skew = Duration::from_secs(self.skew.unsigned_abs());
        if self.skew < 0 { right - skew } else { right + skew }
    }

    fn sleep(&self, pause: Duration) -> Sleep {
        let world = self.world.clone();
        Box::pin(async move { world.pass(pause).await })
    }

    fn timeout(&self, limit: Duration) -> Sleep {
        self.sleep(limit)
    }
}

/// A store whose operations take some time before they take effect, and again until the result arrives.
#[derive(Clone)]
struct SlowStore {
    world: Arc<World>,
    store: MemoryStore,
}

impl SlowStore {
    fn slow<'a, T: Send + 'a>(
        &'a self,
        operation: impl FnOnce(&'a MemoryStore) -> StoreFuture<'a, T> + Send + 'a,
    ) -> StoreFuture<'a, T> {
        Box::pin(async move {
            let is_slow = self.world.rng.lock().unwrap().u8(..50) == 0;
            let longest = if is_slow { 200 } else { 20 };
            let delays = [(); 2].map(|()| self.world.milliseconds(0..longest));
            if delays[0] + delays[1] + Duration::from_millis(20) >= TIMEOUT {
                self.world.slow.fetch_add(1, Ordering::SeqCst);
            }
            self.world.pass(delays[0]).await;
            let result = operation(&self.store).await;
            self.world.pass(delays[1]).await;
            result
        })
    }
}

impl TokenStore for SlowStore {
    fn load<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Entry>> {
        self.slow(move |store| store.load(key))
    }

    fn store<'a>(&'a self, key: &'a str, value: &'a [u8], version: u64, life: Duration) -> StoreFuture<'a, bool> {
        self.slow(move |store| store.store(key, value, version, life))
    }

    fn remove_if(&self, key: &str, version: u64) -> StoreFuture<'_, bool> {
        let key = key.to_owned();
        Box::pin(async move { self.slow(|store| store.remove_if(&key, version)).await })
    }

    fn lease<'a>(&'a self, key: &'a str, owner: &'a str, span: Duration) -> StoreFuture<'a, Lease> {
        self.slow(move |store| store.lease(key, owner, span))
    }

    fn release<'a>(&'a self, key: &'a str, owner: &'a str) -> StoreFuture<'a, ()> {
        self.slow(move |store| store.release(key, owner))
    }
}

tokio::task_local! {
    /// The tasks of the process that a task belongs to.
    static TASKS: Tasks;
}

type Tasks = Arc<Mutex<Vec<AbortHandle>>>;

/// Spawns a task that dies with the process of the current one.
fn spawn_in_process(task: Task) {
    let tasks = TASKS.with(Arc::clone);
    let spawned = tokio::spawn(TASKS.scope(tasks.clone(), task)).abort_handle();
    tasks.lock().unwrap().push(spawned);
}

/// Starts a process that calls at random intervals, and returns its tasks.
fn process(world: &Arc<World>, store: &SlowStore, skew: i64) -> Tasks {
    let tasks = Tasks::default();
    let clock = SharedClock::new(Machine { world: world.clone(), skew });
    let fleet = Some(Fleet::new(Box::new(store.clone()), TIMEOUT));
    let spare = deps(world.endpoint(), TestClock::new());
    let deps = Deps { clock, spawn: spawn_in_process, jitter: fastrand::f64, fleet, ..spare };
    let source = TokenSource::on(deps, Rules::default(), credentials(), api());
    let caller = {
        let world = world.clone();
        async move {
            loop {
                let started = world.now();
                let token = source.token().await;
                let (token, now) = (token.unwrap_or_else(|error| panic!("a call failed: {error}")), world.now());
                let end = world.ends.lock().unwrap()[token.secret().expose()];
                assert!(now < end, "a token was returned at {now:?}, after its end at {end:?}");
                let waited = now.saturating_sub(started);
                assert!(waited <= Rules::default().deadline, "a call waited for {waited:?}");
                world.calls.fetch_add(1, Ordering::SeqCst);
                world.pass(world.milliseconds(1..1_000).max(world.life / 50)).await;
            }
        }
    };
    let caller: Task = Box::pin(caller);
    let spawned = tokio::spawn(TASKS.scope(tasks.clone(), caller)).abort_handle();
    tasks.lock().unwrap().push(spawned);
    tasks
}

/// Runs a fleet for `lives` lives of a token, on machines whose clocks are wrong by up to `skew` seconds.
async fn run(seed: u64, life: Duration, skew: i64, lives: u32) {
    fastrand::seed(seed);
    let world = Arc::new(World {
        now: watch::Sender::default(),
        wakes: Mutex::default(),
        start: (Instant::now(), SystemTime::now()),
        rng: Mutex::new(Rng::with_seed(seed)),
        life,
        ends: Mutex::default(),
        requests: AtomicUsize::new(0),
        slow: AtomicUsize::new(0),
        calls: AtomicUsize::new(0),
    });
    let right = SharedClock::new(Machine { world: world.clone(), skew: 0 });
    let store = SlowStore { world: world.clone(), store: MemoryStore::with_clock(right) };
    let mut rng = Rng::with_seed(seed + 1);
    let mut start = || process(&world, &store, if skew == 0 { 0 } else { rng.i64(-skew..=skew) });
    let mut processes: Vec<Tasks> = (0..PROCESSES).map(|_| start()).collect();
    let (mut deaths, mut rng) = (0, Rng::with_seed(seed + 2));
    let mut next_death = life / 4;
    while world.now() < life * lives {
        for _ in 0..30 {
            tokio::task::yield_now().await;
        }
        let wake = world.wakes.lock().unwrap().pop_first().unwrap();
        world.now.send_modify(|now| *now = wake.max(*now));
        if world.now() > next_death {
            next_death += (life / 1_000) * rng.u32(..1_000);
            let index = rng.usize(..PROCESSES);
            for task in std::mem::replace(&mut processes[index], start()).lock().unwrap().drain(..) {
                task.abort();
            }
            deaths += 1;
        }
    }
    for process in &processes {
        let caller = &process.lock().unwrap()[0];
        assert!(!caller.is_finished(), "seed {seed}: a process ended");
    }
    let count = |counter: &AtomicUsize| counter.load(Ordering::SeqCst);
    let (requests, slow, calls) = (count(&world.requests), count(&world.slow), count(&world.calls));
    // A token is renewed in the last quarter of its life, or earlier by as much as a clock is ahead or behind, and a
    // tenth for the allowance.
    let shortest = life.mul_f64(0.65).saturating_sub(Duration::from_secs(2 * skew.unsigned_abs()).min(life / 3));
    let most_lives = usize::try_from((life * lives).as_millis() / shortest.as_millis()).unwrap() + 1;
    let most = most_lives + (slow + deaths) / 3 + 1;
    assert!(requests <= most, "seed {seed}: {requests} requests; {most_lives} lives, {deaths} deaths, {slow} slow");
    assert!(requests >= lives as usize && calls > 10 * PROCESSES, "seed {seed}: {requests} requests, {calls} calls");
}

#[tokio::test]
async fn a_fleet_with_short_tokens_survives_deaths_and_a_slow_store() {
    for seed in 0..20 {
        run(seed, Duration::from_secs(5), 0, 20).await;
    }
}

#[tokio::test]
async fn a_fleet_whose_clocks_are_wrong_by_minutes_never_uses_a_token_past_its_end() {
    for seed in 0..20 {
        run(seed, Duration::from_secs(1800), 300, 4).await;
    }
}
