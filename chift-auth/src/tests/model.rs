//! Random sequences of events, and the promises that hold after each of them.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use chift_api::{Moment, SharedClock};
use proptest::prelude::*;

use super::{error_response, refusal};
use crate::endpoint::Issued;
use crate::rules::{REJECTION_HOLD, Rules};
use crate::state::{Ask, Begin, State, Wait};
use crate::token::Phase;
use crate::{AccessToken, AuthError};

/// An event that changes the state.
#[derive(Debug, Clone)]
enum Event {
    /// Time passes on both clocks.
    Pass(u64),
    /// The wall clock is set, or the machine slept.
    StepWall(i64),
    /// A caller needs a token.
    Ask,
    /// The renewal ends with a token of this life in seconds.
    Issued(u64),
    /// The renewal ends with a transient error, with or without `Retry-After` in seconds.
    Unavailable(Option<u64>),
    /// The renewal ends with a rejection.
    Rejected,
    /// The renewal's runtime is dropped.
    Lost,
    /// A renewal that is no longer the current one ends.
    Straggler,
    /// Chift refuses the current token, or an older one.
    Refused { current: bool },
    /// The credentials are replaced.
    Replaced,
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        6 => (0_u64..3_000).prop_map(Event::Pass),
        4 => (0_u64..20_000).prop_map(|ms| Event::Pass(ms / 1_000)),
        1 => (-4_000_i64..4_000).prop_map(Event::StepWall),
        12 => Just(Event::Ask),
        4 => (0_u64..4_000).prop_map(Event::Issued),
        3 => prop::option::of(0_u64..10_000).prop_map(Event::Unavailable),
        2 => Just(Event::Rejected),
        1 => Just(Event::Lost),
        1 => Just(Event::Straggler),
        3 => any::<bool>().prop_map(|current| Event::Refused { current }),
        1 => Just(Event::Replaced),
    ]
}

/// The state with its surroundings: the time, the renewals, and the callers that wait.
struct World {
    state: State,
    now: Moment,
    /// The current renewal, and when it can send its request.
    renewal: Option<(u64, Moment)>,
    stragglers: Vec<u64>,
    /// When the waiting callers stop waiting: with a valid token in the margin phase, otherwise with an error.
    waiting: BTreeSet<Instant>,
    /// When renewals began, by the monotonic clock.
    begun: Vec<Instant>,
    /// When tokens were dropped before their end.
    forced: Vec<Instant>,
    /// When the last rejection arrived; `None` after the next token or new credentials.
    refused_at: Option<Instant>,
}

impl World {
    fn new() -> Self {
        Self {
            state: State::new(Rules::default()),
            now: SharedClock::default().moment(),
            renewal: None,
            stragglers: Vec::new(),
            waiting: BTreeSet::new(),
            begun: Vec::new(),
            forced: Vec::new(),
            refused_at: None,
        }
    }

    fn apply(&mut self, event: &Event) {
        match event {
            Event::Pass(seconds) => self.pass(Duration::from_secs(*seconds)),
            Event::StepWall(seconds) => {
                let span = Duration::from_secs(seconds.unsigned_abs());
                self.now.wall = if *seconds < 0 { self.now.wall - span } else { self.now.wall + span };
            }
            Event::Ask => self.ask(),
            Event::Issued(life) => {
                let asked = self.now;
                let issued = Issued::new("t".into(), Duration::from_secs(*life));
                self.ends(|number| Ok(AccessToken::new(issued, asked, number, &Rules::default(), 0.5)));
            }
            Event::Unavailable(after) => self.ends(|_| Err(unavailable(*after))),
            Event::Rejected => self.ends(|_| Err(refusal())),
            Event::Lost => {
                if let Some((number, _)) = self.renewal.take() {
                    self.state.lost(number);
                    // Its callers ask again.
                    self.ask_again();
                }
            }
            Event::Straggler => {
                if let Some(number) = self.stragglers.pop() {
                    let before = self.state.token().map(|token| token.0.bearer.generation());
                    assert!(
                        self.state.finished(number, Err(refusal()), self.now, 0.0).is_none(),
                        "an older renewal changed the state"
                    );
                    assert_eq!(self.state.token().map(|token| token.0.bearer.generation()), before);
                }
            }
            Event::Refused { current } => {
                let generation =
                    self.state.token().map_or(0, |token| token.0.bearer.generation() - u64::from(!current));
                let had = self.state.token().is_some_and(|token| token.0.bearer.generation() == generation);
                let is_dropped = self.state.refused(generation, self.now);
                if had && is_dropped {
                    self.forced.push(self.now.monotonic);
                }
                if !had {
                    let before = self.state.token().is_some();
                    assert!(
                        before == self.state.token().is_some(),
                        "the refusal of an older token dropped the current one"
                    );
                }
            }
            Event::Replaced => {
                self.state.replaced();
                self.refused_at = None;
                self.forced.clear();
                if let Some((number, _)) = self.renewal.take() {
                    self.stragglers.push(number);
                    self.ask_again();
                }
            }
        }
        self.promises();
    }

    fn ends(&mut self, result: impl FnOnce(u64) -> Result<AccessToken, AuthError>) {
        let Some((number, may_send)) = self.renewal.take() else { return };
        // A renewal does not end before its request is sent.
        if !self.now.reached(may_send) {
            self.now = self.now.after(may_send.monotonic - self.now.monotonic);
        }
        let result = result(number);
        let rejected = result.as_ref().is_err_and(AuthError::is_rejected);
        let finished = self.state.finished(number, result, self.now, 0.0).expect("the current renewal counts");
        // Every waiting caller gets the token or the error.
        self.waiting.clear();
        if let Ok(token) = finished {
            assert!(token.0.phase(self.now) < Phase::Expired, "an expired token was handed out");
            self.refused_at = None;
        } else if rejected {
            self.refused_at = Some(self.now.monotonic);
        }
    }

    /// Time passes, and callers whose wait is over leave.
    fn pass(&mut self, span: Duration) {
        self.now = self.now.after(span);
        while self.waiting.first().is_some_and(|until| self.now.monotonic >= *until) {
            self.waiting.pop_first();
        }
    }

    fn waits(&mut self, wait: &Wait) {
        let span = match (self.state.valid(self.now), wait.margin) {
            (Some(token), Some(span)) => {
                assert!(token.0.phase(self.now) == Phase::Margin, "a caller waits outside the margin phase");
                assert!(span <= Duration::from_secs(1) && span <= token.0.remaining(self.now) / 4, "it waits {span:?}");
                assert!(
                    token.0.phase(self.now.after(span)) < Phase::Expired,
                    "it waits until its valid token has expired"
                );
                span
            }
            (None, None) => Rules::default().deadline,
            other => panic!("a margin wait needs a valid token: {other:?}"),
        };
        self.waiting.insert(self.now.after(span).monotonic);
    }

    fn ask_again(&mut self) {
        for _ in 0..std::mem::take(&mut self.waiting).len().min(3) {
            self.ask();
        }
    }

    fn ask(&mut self) {
        let usable = self.state.valid(self.now).is_some();
        match self.state.ask(self.now) {
            Ok((begin, ask)) => {
                if let Some(begin) = begin {
                    self.begins(&begin);
                }
                match ask {
                    Ask::Use(token) => {
                        assert!(token.0.phase(self.now) < Phase::Expired, "an expired token was handed out");
                    }
                    Ask::Wait(wait) => {
                        assert!(self.renewal.is_some(), "a caller waits for a renewal that does not exist");
                        self.waits(&wait);
                    }
                }
            }
            Err(_) => assert!(!usable, "a caller failed while there was a token"),
        }
        // A renewal whose runtime has stalled is dropped when it is overdue. Its callers wake at the same time and
        // ask again.
        if let Some((number, may_send)) = self.renewal.take_if(|_| !self.state.snapshot(self.now).is_renewing) {
            assert!(
                self.now.reached(Rules::default().overdue(may_send, Duration::ZERO)),
                "a renewal was dropped before it was overdue"
            );
            self.stragglers.push(number);
            self.waiting.clear();
        }
    }

    fn begins(&mut self, renewal: &Begin) {
        if let Some((number, may_send)) = self.renewal.take() {
            // Only an overdue renewal is dropped.
            let deadline = Rules::default().overdue(may_send, Duration::ZERO);
            assert!(self.now.reached(deadline), "two renewals at once");
            self.stragglers.push(number);
        }
        let sent = self.now.after(renewal.delay);
        if let Some(refused) = self.refused_at {
            let usable = self.state.valid(self.now).is_some();
            assert!(usable || sent.monotonic - refused >= REJECTION_HOLD.pause(1, 1.0), "a rejection was not held");
        }
        self.begun.push(sent.monotonic);
        self.renewal = Some((renewal.number, sent));
    }

    fn promises(&self) {
        assert_eq!(
            self.state.snapshot(self.now).is_renewing,
            self.renewal.is_some(),
            "the state and the model disagree about the renewal"
        );
        for pair in self.forced.windows(2) {
            assert!(pair[1] - pair[0] >= Rules::default().forced_gap, "two forced renewals too close together");
        }
        if !self.state.snapshot(self.now).is_renewing {
            assert!(self.waiting.is_empty(), "a caller waits for nothing");
        }
    }
}

fn unavailable(after: Option<u64>) -> AuthError {
    let retry_after = after.map(Duration::from_secs);
    error_response(503, retry_after)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_promises_hold_after_every_event(events in prop::collection::vec(event(), 1..120)) {
        let mut world = World::new();
        for event in &events {
            world.apply(event);
        }
    }

}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// A caller asks every 10 ms for five minutes, and each renewal fails at once with the same error.
    #[test]
    fn no_failure_causes_a_hot_loop(after in prop::option::of(0_u64..20), rejected: bool, life in prop::option::of(1_u64..40)) {
        let mut world = World::new();
        if let Some(life) = life {
            world.apply(&Event::Ask);
            world.apply(&Event::Issued(life));
        }
        for _ in 0..30_000 {
            world.pass(Duration::from_millis(10));
            world.ask();
            if world.renewal.as_ref().is_some_and(|(_, sent)| world.now.reached(*sent)) {
                world.ends(|_| Err(if rejected { refusal() } else { unavailable(after) }));
            }
        }
        // The shortest pause between two attempts is 100 ms. A rejection is held for 5, 10, 20, 40, 60, 60 … s.
        let bound = if rejected { 12 } else { 5 * 60 * 5 + 2 };
        prop_assert!(world.begun.len() <= bound, "{} requests in five minutes", world.begun.len());
        prop_assert!(world.begun.windows(2).skip(usize::from(life.is_some())).all(|pair| pair[1] - pair[0] >= Duration::from_millis(100)));
    }

    /// A server refuses each token that it issues.
    #[test]
    fn a_permanent_refusal_of_tokens_causes_one_renewal_in_ten_seconds(step in 1_u64..3_000) {
        let mut world = World::new();
        let mut renewals = 0;
        let mut passed = Duration::ZERO;
        while passed < Duration::from_secs(300) {
            world.ask();
            if world.renewal.is_some() {
                renewals += 1;
                world.apply(&Event::Issued(1800));
            }
            world.apply(&Event::Refused { current: true });
            world.pass(Duration::from_millis(step));
            passed += Duration::from_millis(step);
        }
        prop_assert!(renewals <= 31 + 1, "{renewals} renewals in five minutes");
    }
}
