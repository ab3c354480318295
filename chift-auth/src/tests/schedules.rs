//! The single flight under many schedules: shuttle decides who goes on at each point where a thread or a
//! task can be interrupted. What happens under the state's lock is one step; before each such step stands
//! a look at the clock, and there the test's clock lets others go first.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime};

use super::{credentials, refusal};
use crate::clock::{Clock, Now, Sleep};
use crate::endpoint::{Endpoint, Issued, Issuing};
use crate::rules::Rules;
use crate::runtime::Task;
use crate::source::Deps;
use crate::{AuthError, Credentials, TokenSource};

/// Stands still, and lets others go first whenever somebody looks at it.
#[derive(Debug)]
struct YieldingClock(Now);

impl Clock for YieldingClock {
    fn now(&self) -> Now {
        shuttle::thread::yield_now();
        self.0
    }

    fn sleep(&self, _: Duration) -> Sleep {
        Box::pin(shuttle::future::yield_now())
    }

    fn timeout(&self, _: Duration) -> Sleep {
        Box::pin(std::future::pending())
    }
}

/// Counts who is under way at once.
#[derive(Default)]
struct Counting {
    requests: AtomicUsize,
    under_way: AtomicUsize,
    most: AtomicUsize,
    refuses_first: bool,
}

impl Endpoint for Arc<Counting> {
    fn issue(&self, _: &Credentials, _: Duration) -> Issuing {
        let it = self.clone();
        Box::pin(async move {
            let number = it.requests.fetch_add(1, Ordering::SeqCst) + 1;
            let under_way = it.under_way.fetch_add(1, Ordering::SeqCst) + 1;
            it.most.fetch_max(under_way, Ordering::SeqCst);
            shuttle::future::yield_now().await;
            it.under_way.fetch_sub(1, Ordering::SeqCst);
            if it.refuses_first && number == 1 {
                return Err(refusal());
            }
            Ok(Issued { secret: format!("token-{number}").into(), life: Duration::from_secs(1800) })
        })
    }
}

#[allow(clippy::unnecessary_wraps)]
fn spawn(task: Task) -> Result<(), AuthError> {
    drop(shuttle::future::spawn(task));
    Ok(())
}

fn source(endpoint: &Arc<Counting>) -> TokenSource {
    let clock = Arc::new(YieldingClock(Now { monotonic: Instant::now(), wall: SystemTime::now() }));
    let deps = Deps { endpoint: Arc::new(endpoint.clone()), clock, check_runtime: || Ok(()), spawn, jitter: || 0.0 };
    TokenSource::on(deps, Rules::default(), credentials(), http_client(), "http://127.0.0.1:9".to_owned())
}

/// One for all schedules: it is not used.
fn http_client() -> reqwest::Client {
    static CLIENT: std::sync::OnceLock<reqwest::Client> = std::sync::OnceLock::new();
    CLIENT.get_or_init(reqwest::Client::new).clone()
}

#[test]
fn callers_on_several_threads_share_one_flight() {
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
                assert_eq!(caller.join().unwrap().secret().expose(), "token-1");
            }
            assert_eq!(endpoint.requests.load(Ordering::SeqCst), 1);
        },
        2_000,
    );
}

#[test]
fn refusals_and_callers_and_one_who_goes_away() {
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
                            let refused = chift_api::Bearer::new("t".into()).with_generation(first.0.generation);
                            let second = shuttle::future::block_on(chift_api::Authorize::refused(&source, &refused));
                            assert_eq!(second.unwrap().generation(), first.0.generation + 1);
                        }
                    })
                })
                .collect();
            for thread in threads {
                thread.join().unwrap();
            }
            assert_eq!(endpoint.requests.load(Ordering::SeqCst), 2, "one renewal for all");
            assert_eq!(endpoint.most.load(Ordering::SeqCst), 1, "one at a time");
        },
        2_000,
    );
}

#[test]
fn credentials_replaced_in_the_middle_answer_every_waiter() {
    shuttle::check_random(
        || {
            let endpoint = Arc::new(Counting { refuses_first: true, ..Counting::default() });
            let source = source(&endpoint);
            let caller = {
                let source = source.clone();
                shuttle::thread::spawn(move || shuttle::future::block_on(source.token()))
            };
            source.replace_credentials(credentials());
            // The refusal of the old credentials, if the caller was that fast; else a token of the new ones.
            if let Err(error) = caller.join().unwrap() {
                assert!(error.is_rejected(), "{error:?}");
            }
            assert!(shuttle::future::block_on(source.token()).is_ok() || endpoint.requests.load(Ordering::SeqCst) == 1);
        },
        2_000,
    );
}
