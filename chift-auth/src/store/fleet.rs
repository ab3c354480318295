//! A renewal that shares its token with other processes through a store.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Duration;

use chift_api::{Moment, SettingError, SharedClock, one_line};
use uuid::Uuid;

use super::seal::{Content, Seal};
use super::{Lease, StoreError, StoreFuture, TokenStore};
use crate::endpoint::Issued;
use crate::renewal::{Inner, Renewal, Turn};
use crate::token::Phase;
use crate::{AccessToken, AuthError};

/// What is subtracted from the life of a token from the store, because clocks differ and drift. At most a tenth of it.
const ALLOWANCE: Duration = Duration::from_secs(5);

/// The first pause of a source that waits for another one; each is half as long again as the one before.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_millis(500);

/// The time limit of an operation, unless the builder sets another one.
const TIMEOUT: Duration = Duration::from_millis(50);

/// The store of a builder.
#[derive(Default)]
pub(crate) struct StoreSetting {
    pub(crate) store: Option<Box<dyn TokenStore>>,
    pub(crate) timeout: Option<Duration>,
}

impl StoreSetting {
    /// Checks the time limit against the deadline of a renewal, which contains several operations.
    pub(crate) fn fleet(self, deadline: Duration) -> Result<Option<Fleet>, SettingError> {
        let (shortest, longest) = (Duration::from_millis(1), deadline / 10);
        if let Some(timeout) = self.timeout.filter(|timeout| !(shortest..=longest).contains(timeout)) {
            let reason = format!("{timeout:?} is not from {shortest:?} to {longest:?}, a tenth of the deadline");
            return Err(SettingError::new("store_timeout", reason));
        }
        let timeout = self.timeout.unwrap_or(TIMEOUT.min(longest));
        Ok(self.store.map(|store| Fleet::new(store, timeout)))
    }
}

/// The store of a source.
pub(crate) struct Fleet {
    store: Box<dyn TokenStore>,
    timeout: Duration,
    /// Identifies this source as the owner of a lease.
    owner: String,
    /// Whether the store has failed since it was last used successfully.
    is_out: AtomicBool,
}

/// The store failed. It is logged already.
struct Outage;

/// What a source does that needs a token.
enum Next {
    /// It uses a token from the store.
    Adopt(AccessToken),
    /// It has the lease, and requests a token for all.
    Lead { version: u64, lease_end: Moment },
    /// It goes on with its valid token, because another process is renewing it.
    Defer,
    /// It requests a token for itself.
    Alone,
}

impl Fleet {
    pub(crate) fn new(store: Box<dyn TokenStore>, timeout: Duration) -> Self {
        Self { store, timeout, owner: Uuid::new_v4().to_string(), is_out: AtomicBool::new(false) }
    }

    /// Runs one operation of the store within the time limit.
    async fn run<'a, T>(
        &'a self,
        clock: &SharedClock,
        operation: impl FnOnce(&'a dyn TokenStore) -> StoreFuture<'a, T>,
    ) -> Result<T, Outage> {
        let problem = match clock.within(self.timeout, pin!(caught(|| operation(&*self.store)))).await {
            Some(Ok(result)) => return Ok(result),
            Some(Err(error)) => one_line(&error.to_string()),
            None => format!("no response within {} ms", self.timeout.as_millis()),
        };
        if self.is_out.swap(true, Ordering::Relaxed) {
            tracing::debug!(error = problem, "the token store still fails");
        } else {
            tracing::warn!(
                error = problem,
                "the token store failed; tokens are requested without it until it responds"
            );
        }
        Err(Outage)
    }

    /// Records that the store did all that was asked of it.
    fn works(&self) {
        if self.is_out.swap(false, Ordering::Relaxed) {
            tracing::info!("the token store responds again");
        }
    }
}

/// Runs an operation of a store. A panic in it, which may be other people's code, becomes an error.
async fn caught<'a, T>(operation: impl FnOnce() -> StoreFuture<'a, T>) -> Result<T, StoreError> {
    let panicked = |_| StoreError::new("it panicked");
    let mut future = catch_unwind(AssertUnwindSafe(operation)).map_err(panicked)?;
    poll_fn(|context| {
        let polled = catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context)));
        polled.unwrap_or_else(|panic| Poll::Ready(Err(panicked(panic))))
    })
    .await
}

/// Ends when three quarters of the deadline are over: a source that waits longer has too little time for a request.
fn patience(started: Moment, deadline: Duration) -> Moment {
    started.after(deadline * 3 / 4)
}

/// What is left of a token by a store and by the wall clock of this machine, less the allowance.
fn trusted(content: &Content, left: Duration, now: Moment) -> Duration {
    let age = now.wall.duration_since(content.asked).unwrap_or_default();
    let allowance = ALLOWANCE.min(content.life / 10);
    content.life.saturating_sub(age).min(left).saturating_sub(allowance)
}

impl Renewal {
    /// Takes the token of another process from the store, or requests one and stores it. `None` if another process is
    /// renewing the token and the current one is still valid.
    pub(crate) async fn shared(&self, fleet: &Fleet) -> Option<Result<AccessToken, AuthError>> {
        let Inner { deps, rules, api, .. } = &*self.source;
        let deadline = deps.clock.moment().after(rules.deadline);
        let alone = || self.requested(Turn { deadline, version: None });
        let Some(seal) = Seal::new(&self.credentials, api.base_url()) else { return Some(alone().await) };
        match self.next(fleet, &seal).await.unwrap_or(Next::Alone) {
            Next::Adopt(token) => {
                fleet.works();
                Some(Ok(token))
            }
            Next::Defer => None,
            Next::Alone => Some(alone().await),
            Next::Lead { version, lease_end } => {
                // With time to store the token while the lease lasts.
                let now = deps.clock.moment();
                let left = now.left(deadline).min(now.left(lease_end)).saturating_sub(2 * fleet.timeout);
                let result = self.requested(Turn { deadline: now.after(left), version: Some(version) }).await;
                let stored = match &result {
                    Ok(token) => self.store(fleet, &seal, version, token).await,
                    Err(_) => Ok(()),
                };
                let released = fleet.run(&deps.clock, |store| store.release(&seal.key, &fleet.owner)).await;
                if stored.and(released).is_ok() {
                    fleet.works();
                }
                Some(result)
            }
        }
    }

    /// Decides what to do, and waits for another process if this one has no valid token.
    async fn next(&self, fleet: &Fleet, seal: &Seal) -> Result<Next, Outage> {
        let Inner { deps, rules, .. } = &*self.source;
        let Self { begin, .. } = self;
        let clock = &deps.clock;
        if let Some(dropped) = begin.dropped {
            fleet.run(clock, |store| store.remove_if(&seal.key, dropped)).await?;
        }
        let patience = patience(clock.moment(), rules.deadline);
        let (mut pause, mut holder) = (FIRST_PAUSE, None);
        loop {
            if let Some(token) = self.load(fleet, seal).await? {
                tracing::debug!("access token taken from the store");
                return Ok(Next::Adopt(token));
            }
            let (asked, span) = (clock.moment(), rules.deadline / 2);
            match fleet.run(clock, |store| store.lease(&seal.key, &fleet.owner, span)).await? {
                Lease::Granted { version } => {
                    // The last holder may have stored a token since, and released the lease.
                    let Some(token) = self.load(fleet, seal).await? else {
                        return Ok(Next::Lead { version, lease_end: asked.after(span) });
                    };
                    fleet.run(clock, |store| store.release(&seal.key, &fleet.owner)).await?;
                    return Ok(Next::Adopt(token));
                }
                Lease::Taken { .. } if !begin.is_urgent => return Ok(Next::Defer),
                Lease::Taken { left } => {
                    let end = asked.after(left);
                    // Another holder, before the lease of the last one ended: either there is a token now, or the requests
                    // of the last one failed. Then ours would have failed too, or will.
                    let is_other = |last: Moment| asked.left(last) > fleet.timeout && last.left(end) > fleet.timeout;
                    if holder.replace(end).is_some_and(is_other) {
                        return Ok(self.load(fleet, seal).await?.map_or(Next::Alone, Next::Adopt));
                    }
                }
            }
            let left = clock.moment().left(patience);
            if left.is_zero() {
                tracing::debug!("another process takes too long to renew the access token");
                return Ok(Next::Alone);
            }
            clock.sleep(pause.mul_f64(0.5 + (deps.jitter)() / 2.0).min(left)).await;
            pause = (pause * 3 / 2).min(LONGEST_PAUSE);
        }
    }

    /// Loads a token that is better than the current one.
    async fn load(&self, fleet: &Fleet, seal: &Seal) -> Result<Option<AccessToken>, Outage> {
        let Inner { deps, rules, .. } = &*self.source;
        let now = deps.clock.moment();
        let Some(entry) = fleet.run(&deps.clock, |store| store.load(&seal.key)).await? else { return Ok(None) };
        let current = self.source.valid(now);
        let is_known = |version| version == Some(entry.version);
        if is_known(self.begin.dropped) || is_known(current.as_ref().and_then(|token| token.0.version)) {
            return Ok(None);
        }
        let Some(content) = seal.open(entry.version, &entry.value) else {
            tracing::warn!("an entry of the token store does not open with this API key; it is removed");
            fleet.run(&deps.clock, |store| store.remove_if(&seal.key, entry.version)).await?;
            return Ok(None);
        };
        let left = trusted(&content, entry.left, now);
        if left <= current.map_or(Duration::ZERO, |token| token.0.remaining(now)) {
            return Ok(None);
        }
        let issued = Issued { secret: content.secret, life: content.life, left, version: Some(entry.version) };
        let token = AccessToken::new(issued, now, self.begin.number, rules, (deps.jitter)());
        // One that is about to expire would expire on the way to its caller.
        Ok(Some(token).filter(|token| token.0.phase(deps.clock.moment()) < Phase::Margin))
    }

    async fn store(&self, fleet: &Fleet, seal: &Seal, version: u64, token: &AccessToken) -> Result<(), Outage> {
        let content = Content { secret: token.secret().clone(), asked: token.0.asked.wall, life: token.0.life };
        let Some(sealed) = seal.seal(version, &content) else { return Ok(()) };
        let stored = fleet.run(&self.source.deps.clock, |store| store.store(&seal.key, &sealed, version, content.life));
        if !stored.await? {
            tracing::debug!("the token store has a newer access token already");
        }
        Ok(())
    }
}
