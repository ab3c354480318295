//! What several processes do with one store.

use super::super::script::{Reply, Script, drive, settle};
use super::*;
use crate::Phase;
use crate::store::{Content, Entry, Lease, StoreFuture};

/// The number of the request that the token comes from.
fn number(token: &crate::AccessToken) -> usize {
    token.secret().expose().rsplit('-').next().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_second_process_takes_the_token_of_the_first_without_a_request() {
    let clock = TestClock::new();
    let (script, store) = (Script::new(&clock, [Reply::Token(LIFE)]), memory(&clock));
    let first = member(script.endpoint(), &clock, store.clone());
    let second = member(script.endpoint(), &clock, store);
    let token = first.token().await.unwrap();
    clock.advance(10 * MINUTE);
    let adopted = second.token().await.unwrap();
    assert_eq!((number(&adopted), script.received().len()), (number(&token), 1));
    // Less the allowance for clocks that differ.
    assert_eq!((token.expires_at() - adopted.expires_at()).num_seconds(), 5);
}

#[tokio::test]
async fn a_fresh_token_is_returned_without_the_store() {
    let clock = TestClock::new();
    let (script, store) = (Script::new(&clock, [Reply::Token(LIFE)]), FaultyStore::new(memory(&clock)));
    let source = member(script.endpoint(), &clock, store.clone());
    source.token().await.unwrap();
    let operations = store.operations();
    for _ in 0..100 {
        source.token().await.unwrap();
    }
    assert_eq!(store.operations(), operations);
    assert_eq!(operations, 5, "load, lease, load, store, release");
}

#[tokio::test]
async fn ten_processes_that_start_together_make_one_request() {
    let clock = TestClock::new();
    let (script, store) = (Script::new(&clock, [Reply::Late { life: LIFE, latency_ms: 300 }]), memory(&clock));
    let callers: Vec<_> = (0..10)
        .map(|_| {
            let source = member(script.endpoint(), &clock, store.clone());
            tokio::spawn(async move { source.token().await })
        })
        .collect();
    for caller in callers {
        drive(&clock, caller).await.0.unwrap().unwrap();
    }
    assert_eq!(script.received().len(), 1);
}

#[tokio::test]
async fn one_process_renews_and_the_others_go_on_with_their_token_and_adopt_the_next_one() {
    let clock = TestClock::new();
    let (script, store) = (Script::new(&clock, [Reply::Token(LIFE)]), memory(&clock));
    let sources: Vec<_> = (0..5).map(|_| member(script.endpoint(), &clock, store.clone())).collect();
    for source in &sources {
        source.token().await.unwrap();
    }
    clock.advance(26 * MINUTE);
    script.set_replies([Reply::Late { life: LIFE, latency_ms: 2_000 }]);
    for source in &sources {
        assert_eq!(number(&source.token().await.unwrap()), 1, "nobody waits");
        settle().await;
    }
    assert_eq!(script.under_way(), 1, "one process renews");
    let deferred = sources[1].state();
    assert!(!deferred.is_renewing && deferred.last_error.is_none() && deferred.phase == Phase::Early, "{deferred:?}");
    clock.advance(Duration::from_secs(3));
    settle().await;
    for source in &sources {
        source.token().await.unwrap();
        settle().await;
        assert_eq!(number(&source.token().await.unwrap()), 2);
    }
    assert_eq!(script.received().len(), 2);
}

#[tokio::test]
async fn a_refused_token_is_renewed_once_for_all() {
    let clock = TestClock::new();
    let (script, store) = (Script::new(&clock, [Reply::Token(LIFE)]), memory(&clock));
    let sources: Vec<_> = (0..5).map(|_| member(script.endpoint(), &clock, store.clone())).collect();
    for source in &sources {
        let token = source.token().await.unwrap();
        assert_eq!(number(&token), 1);
    }
    clock.advance(MINUTE);
    for source in &sources {
        let token = source.token().await.unwrap();
        assert!(source.invalidate(&token));
        assert_eq!(number(&source.token().await.unwrap()), 2);
    }
    assert_eq!(script.received().len(), 2);
}

#[tokio::test]
async fn a_token_that_replaced_a_refused_one_stays_in_the_store() {
    let clock = TestClock::new();
    let (script, store) = (Script::new(&clock, [Reply::Token(LIFE)]), memory(&clock));
    let [first, second] = [(); 2].map(|()| member(script.endpoint(), &clock, store.clone()));
    let (token, same) = (first.token().await.unwrap(), second.token().await.unwrap());
    first.invalidate(&token);
    first.token().await.unwrap();
    second.invalidate(&same);
    let third = member(script.endpoint(), &clock, store);
    assert_eq!(number(&third.token().await.unwrap()), 2);
    assert_eq!(script.received().len(), 2);
}

#[tokio::test]
async fn a_holder_that_dies_delays_the_others_by_at_most_half_of_the_deadline() {
    let clock = TestClock::new();
    let (script, store) = (Script::new(&clock, [Reply::Token(LIFE)]), memory(&clock));
    let dead = store.lease(&seal().key, "a dead process", Duration::from_secs(5)).await.unwrap();
    assert!(matches!(dead, Lease::Granted { .. }));
    let [one, two] = [(); 2].map(|()| member(script.endpoint(), &clock, store.clone()));
    let (tokens, waited) = drive(&clock, async { tokio::join!(one.token(), two.token()) }).await;
    assert!(tokens.0.is_ok() && tokens.1.is_ok());
    assert_eq!(script.received().len(), 1);
    let expected = Duration::from_secs(4)..Duration::from_secs(6);
    assert!(expected.contains(&waited), "{waited:?}");
}

#[tokio::test]
async fn a_process_with_a_valid_token_does_not_wait_for_a_dead_holder() {
    let clock = TestClock::new();
    let (script, store) = (Script::new(&clock, [Reply::Token(LIFE)]), memory(&clock));
    let source = member(script.endpoint(), &clock, store.clone());
    source.token().await.unwrap();
    clock.advance(26 * MINUTE);
    store.lease(&seal().key, "a dead process", Duration::from_secs(5)).await.unwrap();
    for _ in 0..20 {
        let (token, waited) = drive(&clock, source.token()).await;
        assert!(token.is_ok() && waited.is_zero(), "{waited:?}");
        clock.advance(Duration::from_millis(500));
        settle().await;
    }
    assert_eq!(script.received().len(), 2, "it renewed when the lease ended");
}

#[tokio::test]
async fn a_failed_renewal_releases_the_lease() {
    let clock = TestClock::new();
    let (script, store) = (Script::new(&clock, [Reply::Error(super::super::refusal())]), memory(&clock));
    let [one, two] = [(); 2].map(|()| member(script.endpoint(), &clock, store.clone()));
    assert!(one.token().await.unwrap_err().is_rejected());
    script.set_replies([Reply::Token(LIFE)]);
    let (token, waited) = drive(&clock, two.token()).await;
    assert!(token.is_ok() && waited < Duration::from_millis(100), "{waited:?}");
}

#[tokio::test]
async fn other_credentials_have_another_entry() {
    let clock = TestClock::new();
    let (script, store) = (Script::new(&clock, [Reply::Token(LIFE)]), memory(&clock));
    let key = credentials();
    let account = uuid::Uuid::from_u128(7);
    let id = key.request.client_id.clone();
    let others = [
        Credentials::new("other", key.request.client_secret.clone(), key.request.account_id),
        Credentials::new(id.clone(), "rotated", key.request.account_id),
        Credentials::new(id, key.request.client_secret.clone(), account),
        key.clone().marketplace_id(account),
        key.clone().env_id("7"),
        key.clone().env_id(""),
        key,
    ];
    for (index, credentials) in others.into_iter().enumerate() {
        let source = member_with(credentials, script.endpoint(), &clock, store.clone());
        source.token().await.unwrap();
        assert_eq!(script.received().len(), index + 1);
    }
    let elsewhere = Seal::new(&credentials(), "https://elsewhere.example").unwrap();
    assert_ne!(elsewhere.key, seal().key);
}

#[tokio::test]
async fn replaced_credentials_use_their_own_entry() {
    let clock = TestClock::new();
    let (script, store) = (Script::new(&clock, [Reply::Token(LIFE)]), memory(&clock));
    let source = member(script.endpoint(), &clock, store.clone());
    source.token().await.unwrap();
    let rotated = Credentials::new("client", "rotated", credentials().request.account_id);
    source.replace_credentials(rotated.clone());
    assert_eq!(number(&source.token().await.unwrap()), 2);
    let other = member_with(rotated, script.endpoint(), &clock, store);
    assert_eq!(number(&other.token().await.unwrap()), 2);
}

#[tokio::test]
async fn an_entry_shows_nothing_and_opens_only_as_itself() {
    let clock = TestClock::new();
    let (script, store) = (Script::new(&clock, [Reply::Token(LIFE)]), memory(&clock));
    member(script.endpoint(), &clock, store.clone()).token().await.unwrap();
    let (seal, entry) = (seal(), store.load(&seal().key).await.unwrap().unwrap());
    let content = seal.open(entry.version, &entry.value).unwrap();
    assert_eq!((content.secret.expose(), content.life), ("stand-in-client-1", Duration::from_secs(LIFE)));
    assert!(!String::from_utf8_lossy(&entry.value).contains("stand-in"));
    assert!(seal.open(entry.version + 1, &entry.value).is_none(), "another version");
    let other = Seal::new(&credentials().env_id("7"), api().base_url()).unwrap();
    assert!(other.open(entry.version, &entry.value).is_none(), "another name");
    let rotated = Credentials::new("client", "rotated", credentials().request.account_id);
    let rotated = Seal::new(&rotated, api().base_url()).unwrap();
    assert!(rotated.open(entry.version, &entry.value).is_none(), "another secret");
    for index in 0..entry.value.len() {
        let mut changed = entry.value.clone();
        changed[index] ^= 1;
        assert!(seal.open(entry.version, &changed).is_none(), "byte {index} was changed");
        assert!(seal.open(entry.version, &entry.value[..index]).is_none(), "cut to {index} bytes");
    }
    let content = Content { secret: content.secret.clone(), ..content };
    let again = seal.seal(entry.version, &content).unwrap();
    assert_ne!(again, entry.value, "each entry has a nonce of its own");
}

#[tokio::test]
async fn a_token_that_is_about_to_expire_is_not_taken_from_the_store() {
    let clock = TestClock::new();
    let (script, store) = (Script::new(&clock, [Reply::Token(LIFE)]), memory(&clock));
    member(script.endpoint(), &clock, store.clone()).token().await.unwrap();
    clock.advance(Duration::from_secs(LIFE - 34)); // With the allowance, 29 s are left; callers wait from 30 s on.
    let second = member(script.endpoint(), &clock, store);
    assert_eq!(number(&second.token().await.unwrap()), 2);
}

#[tokio::test]
async fn a_token_that_ends_before_the_current_one_is_not_taken_from_the_store() {
    let clock = TestClock::new();
    let (script, store) = (Script::new(&clock, [Reply::Token(LIFE)]), memory(&clock));
    let first = member(script.endpoint(), &clock, store.clone());
    first.token().await.unwrap();
    clock.advance(26 * MINUTE); // 4 minutes are left.
    store.clear();
    script.set_replies([Reply::Token(100)]);
    member(script.endpoint(), &clock, store).token().await.unwrap();
    first.token().await.unwrap();
    settle().await;
    assert_eq!(number(&first.token().await.unwrap()), 3);
}

#[tokio::test]
async fn a_refused_token_is_removed_even_if_there_is_no_other_one() {
    let clock = TestClock::new();
    let (script, store) = (Script::new(&clock, [Reply::Token(LIFE)]), memory(&clock));
    let source = member(script.endpoint(), &clock, store.clone());
    let token = source.token().await.unwrap();
    source.invalidate(&token);
    script.set_replies([Reply::Error(super::super::refusal())]);
    source.token().await.unwrap_err();
    assert_eq!(store.load(&seal().key).await.unwrap(), None);
}

#[tokio::test]
async fn a_refused_token_is_not_taken_from_a_store_that_keeps_it() {
    let clock = TestClock::new();
    let (script, store) = (Script::new(&clock, [Reply::Token(LIFE)]), FaultyStore::new(memory(&clock)));
    store.set(Fault::Keeps);
    let source = member(script.endpoint(), &clock, store);
    let token = source.token().await.unwrap();
    source.invalidate(&token);
    assert_eq!(number(&source.token().await.unwrap()), 2);
}

#[tokio::test]
async fn the_requests_of_a_holder_end_before_its_lease() {
    let clock = TestClock::new();
    let (script, store) = (Script::new(&clock, [Reply::Hang]), memory(&clock));
    let source = member(script.endpoint(), &clock, store);
    let (token, waited) = drive(&clock, source.token()).await;
    assert!(token.is_err() && waited <= Duration::from_secs(5), "{waited:?}");
    assert!(script.received().len() > 1, "an attempt that hangs leaves time for another one");
}

#[tokio::test]
async fn a_refusal_reaches_all_processes_about_as_fast_as_without_a_store() {
    let clock = TestClock::new();
    let (script, store) = (Script::new(&clock, [Reply::Refusal { latency_ms: 100 }]), memory(&clock));
    let callers: Vec<_> = (0..20)
        .map(|_| {
            let source = member(script.endpoint(), &clock, store.clone());
            tokio::spawn(async move { source.token().await })
        })
        .collect();
    let (errors, waited) = drive(&clock, async {
        let mut errors = Vec::new();
        for caller in callers {
            errors.push(caller.await.unwrap().unwrap_err());
        }
        errors
    })
    .await;
    assert!(errors.iter().all(crate::AuthError::is_rejected));
    assert!(waited <= Duration::from_millis(1_500), "{waited:?}");
}

/// At the second request for the lease, the holder has just stored its token, and a third process has the lease.
struct Racing(MemoryStore, std::sync::atomic::AtomicUsize);

impl TokenStore for Racing {
    fn load<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Entry>> {
        self.0.load(key)
    }

    fn store<'a>(&'a self, key: &'a str, value: &'a [u8], version: u64, life: Duration) -> StoreFuture<'a, bool> {
        self.0.store(key, value, version, life)
    }

    fn remove_if(&self, key: &str, version: u64) -> StoreFuture<'_, bool> {
        self.0.remove_if(key, version)
    }

    fn lease<'a>(&'a self, key: &'a str, owner: &'a str, span: Duration) -> StoreFuture<'a, Lease> {
        if self.1.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 1 {
            let asked = std::time::SystemTime::now();
            let content = Content { secret: "token-of-the-holder".into(), asked, life: Duration::from_secs(LIFE) };
            let sealed = seal().seal(7, &content).unwrap();
            drop(self.0.release(key, "holder"));
            drop(self.0.lease(key, "third", span));
            // The life begins with the version, which is a time.
            drop(self.0.store(key, &sealed, 7, Duration::MAX));
        }
        self.0.lease(key, owner, span)
    }

    fn release<'a>(&'a self, key: &'a str, owner: &'a str) -> StoreFuture<'a, ()> {
        self.0.release(key, owner)
    }
}

#[tokio::test]
async fn a_token_that_is_stored_between_a_look_and_the_lease_of_a_third_process_is_found() {
    let clock = TestClock::new();
    let (script, store) = (Script::new(&clock, [Reply::Token(LIFE)]), memory(&clock));
    drop(store.lease(&seal().key, "holder", Duration::from_secs(5)));
    clock.advance(Duration::from_secs(1));
    let source = member(script.endpoint(), &clock, Racing(store, 0.into()));
    let token = drive(&clock, source.token()).await.0.unwrap();
    assert_eq!((token.secret().expose(), script.received().len()), ("token-of-the-holder", 0));
}
