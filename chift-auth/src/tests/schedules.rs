//! The single renewal under many schedules: shuttle selects which thread or task continues wherever one can be
//! interrupted. The code under the state's lock is one step. Each such step follows a read of the clock, and the clock
//! of these tests yields when it is read.

use std::cell::RefCell;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use chift_api::{Clock, Moment, SharedClock, Sleep};

use super::{credentials, refusal};
use crate::endpoint::{Endpoint, Issued};
use crate::renewal::Deps;
use crate::rules::Rules;
use crate::runtime::Task;
use crate::{Credentials, Phase, TokenSource};

/// Stands still until a test moves it, and yields whenever it is read.
struct YieldingClock(Mutex<Moment>);

impl YieldingClock {
    fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new(SharedClock::default().moment())))
    }

    fn advance(&self, span: Duration) {
        let mut now = self.0.lock().unwrap();
        *now = now.after(span);
    }

    fn moment(&self) -> Moment {
        *self.0.lock().unwrap()
    }
}

/// The margin wait 1.2 s before the token expires. It is the only wait in these tests that ends by itself, after a few
/// steps.
const MARGIN_WAIT: Duration = Duration::from_millis(300);

impl Clock for YieldingClock {
    fn now(&self) -> Instant {
        shuttle::thread::yield_now();
        self.moment().monotonic
    }

    fn wall(&self) -> SystemTime {
        self.moment().wall
    }

    fn sleep(&self, _: Duration) -> Sleep {
        Box::pin(shuttle::future::yield_now())
    }

    fn timeout(&self, span: Duration) -> Sleep {
        Box::pin(async move {
            if span != MARGIN_WAIT {
                // A caller that needs this to end hangs, and shuttle reports a deadlock.
                return std::future::pending().await;
            }
            for _ in 0..3 {
                shuttle::future::yield_now().await;
            }
        })
    }
}

/// Counts the requests, and how many were under way at once.
#[derive(Default)]
struct Counting {
    requests: AtomicUsize,
    under_way: AtomicUsize,
    most: AtomicUsize,
    refuses_first: bool,
}

/// One request; it ends when this is dropped.
struct Request(Arc<Counting>);

impl Request {
    fn begin(counting: &Arc<Counting>) -> Self {
        let under_way = counting.under_way.fetch_add(1, Ordering::SeqCst) + 1;
        counting.most.fetch_max(under_way, Ordering::SeqCst);
        Self(counting.clone())
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Counting {
    fn endpoint(self: &Arc<Self>) -> Endpoint {
        let counting = self.clone();
        Arc::new(move |credentials, _| {
            let (counting, client_id) = (counting.clone(), credentials.request.client_id.clone());
            Box::pin(async move {
                let number = counting.requests.fetch_add(1, Ordering::SeqCst) + 1;
                let _request = Request::begin(&counting);
                shuttle::future::yield_now().await;
                if counting.refuses_first && number == 1 {
                    return Err(refusal());
                }
                let life = Duration::from_secs(if client_id == SHORT_LIVED { 20 } else { 1_800 });
                Ok(Issued::new(format!("{client_id}-{number}").into(), life))
            })
        })
    }
}

/// The client whose tokens have a life of 20 s.
const SHORT_LIVED: &str = "short";

fn client(id: &str) -> Credentials {
    Credentials::new(id, chift_tests::CLIENT_SECRET, chift_tests::ACCOUNT_ID.parse().unwrap())
}

thread_local! {
    /// The renewals that were spawned. shuttle runs all threads of one test on one thread of the machine.
    static SPAWNED: RefCell<Vec<shuttle::future::AbortHandle>> = const { RefCell::new(Vec::new()) };
}

fn spawn(task: Task) {
    let abort = shuttle::future::spawn(task).abort_handle();
    SPAWNED.with_borrow_mut(|spawned| spawned.push(abort));
}

fn source(endpoint: &Arc<Counting>) -> TokenSource {
    source_of(endpoint, YieldingClock::new(), credentials())
}

fn source_of(endpoint: &Arc<Counting>, clock: Arc<YieldingClock>, credentials: Credentials) -> TokenSource {
    SPAWNED.take();
    let (endpoint, clock) = (endpoint.endpoint(), SharedClock::new(clock));
    let deps = Deps { endpoint, clock, check_runtime: || Ok(()), spawn, jitter: || 0.0, fleet: None };
    TokenSource::on(deps, Rules::default(), credentials, super::api())
}

#[test]
fn callers_on_several_threads_share_one_renewal() {
    shuttle::check_random(
        || {
            let endpoint = Arc::new(Counting::default());
            let source = source(&endpoint);
            let callers: Vec<_> = (0..3)
                .map(|_| {
                    let source = source.clone();
                    shuttle::thread::spawn(move || shuttle::future::block_on(source.token()).unwrap())
                })
                .collect();
            for caller in callers {
                assert_eq!(caller.join().unwrap().secret().expose(), format!("{}-1", chift_tests::CLIENT_ID));
            }
            assert_eq!(endpoint.requests.load(Ordering::SeqCst), 1);
        },
        2_000,
    );
}

#[test]
fn a_refusal_an_invalidation_and_a_cancelled_call_cause_one_renewal() {
    shuttle::check_random(
        || {
            let endpoint = Arc::new(Counting::default());
            let source = source(&endpoint);
            let first = shuttle::future::block_on(source.token()).unwrap();
            let threads: Vec<_> = (0..3)
                .map(|kind| {
                    let (source, first) = (source.clone(), first.clone());
                    shuttle::thread::spawn(move || match kind {
                        0 => {
                            source.invalidate(&first);
                        }
                        1 => {
                            let call = shuttle::future::spawn(async move { source.token().await });
                            call.abort();
                        }
                        _ => {
                            let refused =
                                chift_api::Bearer::new(&"t".into()).with_generation(first.0.bearer.generation());
                            let second = shuttle::future::block_on(chift_api::Authorize::refused(&source, &refused));
                            assert_eq!(second.unwrap().generation(), first.0.bearer.generation() + 1);
                        }
                    })
                })
                .collect();
            for thread in threads {
                thread.join().unwrap();
            }
            assert_eq!(endpoint.requests.load(Ordering::SeqCst), 2, "one renewal for all callers");
            assert_eq!(endpoint.most.load(Ordering::SeqCst), 1, "one at a time");
        },
        2_000,
    );
}

#[test]
fn replaced_credentials_leave_no_caller_waiting() {
    shuttle::check_random(
        || {
            let endpoint = Arc::new(Counting { refuses_first: true, ..Counting::default() });
            let source = source(&endpoint);
            let caller = {
                let source = source.clone();
                shuttle::thread::spawn(move || shuttle::future::block_on(source.token()))
            };
            source.replace_credentials(credentials());
            // The rejection of the old credentials if the caller was first, otherwise a token for the new ones.
            if let Err(error) = caller.join().unwrap() {
                assert!(error.is_rejected(), "{error:?}");
            }
            assert!(shuttle::future::block_on(source.token()).is_ok() || endpoint.requests.load(Ordering::SeqCst) == 1);
        },
        2_000,
    );
}

/// Four events at once in the margin phase of a token: callers need a token, one of them is cancelled, the credentials
/// are replaced, and the runtime of the renewal is dropped.
#[test]
fn credentials_are_replaced_and_renewals_cancelled_and_dropped_in_the_margin_phase() {
    shuttle::check_random(
        || {
            let (endpoint, clock) = (Arc::new(Counting::default()), YieldingClock::new());
            let source = source_of(&endpoint, clock.clone(), client(SHORT_LIVED));
            let old = shuttle::future::block_on(source.token()).unwrap();
            clock.advance(Duration::from_millis(18_800));
            assert_eq!(Rules::margin_wait(old.0.remaining(clock.moment())), Some(MARGIN_WAIT));
            let threads: Vec<_> = (0..6)
                .map(|kind| {
                    let (source, clock, old) = (source.clone(), clock.clone(), old.clone());
                    shuttle::thread::spawn(move || match kind {
                        0 => {
                            clock.now();
                            source.replace_credentials(client("newest"));
                        }
                        1 => {
                            let call = shuttle::future::spawn(async move { source.token().await });
                            call.abort();
                        }
                        2 => {
                            clock.now();
                            for renewal in SPAWNED.take() {
                                renewal.abort();
                            }
                        }
                        3 => {
                            source.invalidate(&old);
                        }
                        _ => {
                            let token = shuttle::future::block_on(source.token()).unwrap();
                            assert!(token.0.phase(clock.moment()) < Phase::Expired, "an expired token was handed out");
                        }
                    })
                })
                .collect();
            for thread in threads {
                thread.join().unwrap();
            }
            let last = shuttle::future::block_on(source.token()).unwrap();
            assert!(last.secret().expose().starts_with("newest-"), "{}", last.secret().expose());
            assert_eq!(endpoint.most.load(Ordering::SeqCst), 1, "one request at a time");
            let requests = endpoint.requests.load(Ordering::SeqCst);
            assert!(requests <= 5, "{requests} requests");
        },
        4_000,
    );
}
