//! How long a caller waits, and what it gets.

use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::time::Duration;

use super::clock::TestClock;
use super::script::{Reply, Script, drive, settle};
use super::{credentials, error_response, refusal, source_on};
use crate::renewal::Deps;
use crate::rules::Rules;
use crate::runtime::Task;
use crate::{AuthError, Phase, TokenSource};

const SECOND: Duration = Duration::from_secs(1);

fn setup(replies: impl IntoIterator<Item = Reply>) -> (TokenSource, Arc<Script>, Arc<TestClock>) {
    let clock = TestClock::new();
    let script = Script::new(&clock, replies);
    (source_on(script.endpoint(), clock.clone()), script, clock)
}

fn unavailable(retry_after: Option<Duration>) -> AuthError {
    error_response(500, retry_after)
}

fn calling(source: &TokenSource) -> tokio::task::JoinHandle<Result<crate::AccessToken, AuthError>> {
    let source = source.clone();
    tokio::spawn(async move { source.token().await })
}

#[tokio::test]
async fn hung_attempts_leave_time_for_the_others() {
    let (source, script, clock) = setup([Reply::Hang, Reply::Hang, Reply::Token(1800)]);
    let (result, waited) = drive(&clock, source.token()).await;
    assert!(result.is_ok(), "{result:?}");
    assert!(waited < SECOND * 6, "{waited:?}");
    assert_eq!(script.received()[0].limit, SECOND * 10 / 3);
    assert_eq!(script.received()[1].limit, SECOND * 9 / 2);
}

#[tokio::test]
async fn a_second_request_is_sent_beside_one_that_hangs() {
    let (source, script, clock) = setup([Reply::Hang, Reply::Token(1800)]);
    let (result, waited) = drive(&clock, source.token()).await;
    assert!(result.is_ok(), "{result:?}");
    assert!(waited <= SECOND + Duration::from_millis(100), "{waited:?}");
    assert_eq!((script.received().len(), script.most_under_way()), (2, 2));
    settle().await;
    assert_eq!(script.under_way(), 0, "the request that hangs is dropped");
}

#[tokio::test]
async fn the_first_of_two_requests_can_still_return_the_token_and_a_rejection_ends_both() {
    let late = Reply::Late { life: 1800, latency_ms: 1_500 };
    let (source, script, clock) = setup([late, Reply::Error(unavailable(None))]);
    let (result, waited) = drive(&clock, source.token()).await;
    assert!(result.is_ok() && waited < SECOND * 2, "{result:?} {waited:?}");
    assert_eq!(script.received().len(), 2);

    let (source, script, clock) = setup([Reply::Hang, Reply::Error(refusal())]);
    let (result, waited) = drive(&clock, source.token()).await;
    assert!(result.is_err_and(|error| error.is_rejected()) && waited < SECOND * 2, "{waited:?}");
    assert_eq!(script.received().len(), 2);
}

#[tokio::test]
async fn three_hung_attempts_take_exactly_the_deadline() {
    let (source, script, clock) = setup([Reply::Hang]);
    let (result, waited) = drive(&clock, source.token()).await;
    assert!(matches!(result, Err(AuthError::TimedOut)), "{result:?}");
    assert!(waited <= SECOND * 10 + Duration::from_millis(100), "{waited:?}");
    assert_eq!(script.received().len(), 3);
}

#[tokio::test]
async fn a_caller_with_a_valid_token_waits_less_than_a_second_and_never_fails() {
    let (source, script, clock) = setup([Reply::Token(20), Reply::Hang]);
    let first = source.token().await.unwrap();
    let mut in_margin = 0;
    while first.0.phase(clock.moment()) < Phase::Expired {
        in_margin += usize::from(first.0.phase(clock.moment()) == Phase::Margin);
        let (result, waited) = drive(&clock, source.token()).await;
        assert!(result.is_ok_and(|token| token.0.phase(clock.moment()) < Phase::Expired));
        assert!(waited < SECOND, "{waited:?}");
        clock.advance(SECOND / 10);
    }
    assert!(in_margin >= 3, "{in_margin} calls in the margin phase");
    assert!(script.received().len() > 1, "a renewal began");
}

#[tokio::test]
async fn in_the_margin_phase_a_token_that_is_about_to_expire_is_returned_at_once() {
    let (source, script, clock) = setup([Reply::Token(20), Reply::Hang]);
    source.token().await.unwrap();
    clock.advance(Duration::from_millis(19_992));
    let result = futures_util::FutureExt::now_or_never(source.token()).expect("the caller does not wait");
    assert!(result.is_ok());
    settle().await;
    assert_eq!(script.received().len(), 2, "the renewal began anyway");
}

#[tokio::test]
async fn a_late_caller_asks_again_after_a_transient_failure() {
    let (source, script, clock) = setup([Reply::Error(unavailable(None)), Reply::Hang, Reply::Hang, Reply::Token(60)]);
    let first = calling(&source);
    settle().await;
    clock.advance(SECOND * 5);
    let second = calling(&source);
    let (result, _) = drive(&clock, first).await;
    assert!(result.unwrap().is_err_and(|error| error.is_transient()));
    let (result, _) = drive(&clock, second).await;
    assert!(result.unwrap().is_ok());
    assert_eq!(script.received().len(), 4);
}

#[tokio::test]
async fn a_caller_that_joins_during_the_first_attempt_is_late() {
    let failed = Reply::Error(unavailable(None));
    let (source, script, clock) = setup([Reply::Hang, failed.clone(), failed, Reply::Token(60)]);
    let first = calling(&source);
    settle().await;
    clock.advance(SECOND);
    let second = calling(&source);
    assert!(drive(&clock, first).await.0.unwrap().is_err());
    assert!(drive(&clock, second).await.0.unwrap().is_ok());
    assert_eq!(script.received().len(), 4);
}

#[tokio::test]
async fn callers_that_saw_every_attempt_fail_do_not_ask_again() {
    let (source, script, clock) = setup([Reply::Error(unavailable(None))]);
    let callers: Vec<_> = (0..8).map(|_| calling(&source)).collect();
    for caller in callers {
        assert!(drive(&clock, caller).await.0.unwrap().is_err());
    }
    assert_eq!(script.received().len(), 3);
}

#[tokio::test]
async fn a_held_error_ends_the_wait_of_a_late_caller() {
    for held in [refusal(), unavailable(Some(SECOND * 60))] {
        let (source, _, clock) = setup([Reply::Error(unavailable(None)), Reply::Hang, Reply::Error(held.clone())]);
        let first = calling(&source);
        settle().await;
        clock.advance(SECOND);
        let second = calling(&source);
        drive(&clock, first).await.0.unwrap().unwrap_err();
        let (result, waited) = drive(&clock, second).await;
        assert_eq!(result.unwrap().unwrap_err().to_string(), held.to_string());
        assert!(waited < SECOND / 2, "{waited:?}");
    }
}

thread_local! {
    static IS_STALLED: Cell<bool> = const { Cell::new(false) };
    static STALLED: RefCell<Vec<Task>> = const { RefCell::new(Vec::new()) };
}

/// A source whose runtime can stall.
fn stalling(script: &Arc<Script>, clock: &Arc<TestClock>) -> TokenSource {
    let spawn = |task: Task| {
        if IS_STALLED.get() {
            STALLED.with_borrow_mut(|stalled| stalled.push(task));
        } else {
            crate::runtime::spawn(task);
        }
    };
    let deps = Deps { spawn, ..super::deps(script.endpoint(), clock.clone()) };
    TokenSource::on(deps, Rules::default(), credentials(), super::api())
}

#[tokio::test]
async fn a_stalled_runtime_delays_a_caller_until_its_deadline() {
    let clock = TestClock::new();
    let source = stalling(&Script::new(&clock, [Reply::Token(60)]), &clock);
    IS_STALLED.set(true);
    let (result, waited) = drive(&clock, source.token()).await;
    assert!(matches!(result, Err(AuthError::TimedOut)), "{result:?}");
    assert!((SECOND * 10..=SECOND * 10 + SECOND / 10).contains(&waited), "{waited:?}");
}

#[tokio::test]
async fn a_later_caller_takes_over_when_the_renewal_is_overdue() {
    let clock = TestClock::new();
    let script = Script::new(&clock, [Reply::Token(60)]);
    let source = stalling(&script, &clock);
    IS_STALLED.set(true);
    let first = calling(&source);
    settle().await;
    IS_STALLED.set(false);
    clock.advance(SECOND * 5);
    let (result, waited) = drive(&clock, calling(&source)).await;
    assert!(result.unwrap().is_ok());
    assert!((SECOND * 5..SECOND * 8).contains(&waited), "{waited:?}");
    assert!(drive(&clock, first).await.0.unwrap().is_err());
    // The stalled runtime resumes. Its renewal does not send a request.
    for task in STALLED.take() {
        tokio::spawn(task).await.unwrap();
    }
    assert_eq!(script.received().len(), 1);
}

#[tokio::test]
async fn a_token_that_expired_before_it_arrived_is_requested_again() {
    let (source, script, clock) = setup([Reply::Late { life: 1, latency_ms: 1_500 }, Reply::Token(60)]);
    let (result, _) = drive(&clock, source.token()).await;
    assert!(result.is_ok(), "{result:?}");
    assert_eq!(script.received().len(), 2);
}

#[tokio::test]
async fn tokens_that_always_expire_before_they_arrive_are_a_transient_error() {
    let (source, script, clock) = setup([Reply::Late { life: 1, latency_ms: 1_500 }]);
    let (result, _) = drive(&clock, source.token()).await;
    let error = result.unwrap_err();
    assert!(matches!(error, AuthError::ExpiredOnArrival), "{error:?}");
    assert!(error.is_transient());
    assert_eq!(script.received().len(), 3);
}

#[tokio::test]
async fn an_unexpected_status_is_neither_repeated_nor_held() {
    let not_found = error_response(404, None);
    for error in [not_found, AuthError::Redirected { status: 307 }] {
        let (source, script, clock) = setup([Reply::Error(error), Reply::Token(60)]);
        let (result, _) = drive(&clock, source.token()).await;
        assert!(result.is_err_and(|error| !error.is_transient() && !error.is_rejected()));
        assert_eq!(script.received().len(), 1);
        assert!(drive(&clock, source.token()).await.0.is_ok());
        let received = script.received();
        assert!(
            received[0].at.left(received[1].at) >= Rules::default().retry.backoff().pause(1, 0.0),
            "the usual pause between renewals"
        );
    }
}

#[tokio::test]
async fn attempts_are_spaced_by_the_backoff_and_by_retry_after() {
    let (failed, later) = (Reply::Error(unavailable(None)), Reply::Error(unavailable(Some(SECOND))));
    for (replies, pauses) in [([failed.clone(), failed.clone()], [100, 200]), ([later, failed], [1_000, 200])] {
        let (source, script, clock) = setup(replies.into_iter().chain([Reply::Token(60)]));
        assert!(drive(&clock, source.token()).await.0.is_ok());
        let received = script.received();
        let gaps: Vec<_> = received.windows(2).map(|pair| pair[0].at.left(pair[1].at)).collect();
        assert_eq!(gaps, pauses.map(Duration::from_millis));
    }
}
