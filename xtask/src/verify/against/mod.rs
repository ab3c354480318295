//! `--against`: calls each operation at another server, which checks the requests and makes the responses itself.
//!
//! The other server is a mock server that reads the same document, so it does not share a mistake of this generator or
//! of its own checks.

mod relay;
mod verdict;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use serde_json::{Value, json};

use self::relay::{Received, Relay};
use self::verdict::Verdict;
use super::calls::{BYTES, Call};
use super::child::Driver;
use super::{Contract, Tally};

/// The number of calls of each operation, with different arguments.
const TRIES: usize = 3;

/// The longest description that is printed for a call.
const SHOWN: usize = 400;

/// The smallest part of the operations, in percent, for which a response must be read. With fewer, the mock server does
/// not check enough.
const ENOUGH: usize = 80;

/// Calls every operation at the server at `url`; prints what was not read and the counts, and adds the failures to `tally`.
pub(super) fn check(
    contract: &Contract<'_>,
    program: &Path,
    url: &str,
    tally: &mut Tally,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let relay = Relay::start(url)?;
    let mut driver = Driver::start(program, &relay.base_url())?;
    let (mut read, mut limits) = (0, BTreeMap::new());
    for (number, operation) in contract.outcome.lowered.operations.iter().enumerate() {
        let mut call = Call::new(contract, operation, number as u64 + 20_000);
        let mut verdicts = Vec::new();
        for _ in 0..TRIES {
            verdicts.push(once(&mut call, &relay, &mut driver)?);
        }
        tally.operations += 1;
        tally.calls += verdicts.len();
        read += usize::from(verdicts.contains(&Verdict::Read));
        verdicts.sort();
        match verdicts.pop() {
            Some(worst) if worst.is_failure() => tally.failures.push(format!("{}: {worst}", operation.id)),
            Some(limit @ Verdict::ServerLimit(_)) if !verdicts.contains(&Verdict::Read) => {
                limits.insert(&operation.id, limit);
            }
            _ => {}
        }
    }
    let Tally { operations, calls, .. } = *tally;
    if read * 100 < operations * ENOUGH {
        tally.failures.push(format!("a response was read for only {read} of {operations} operations"));
    }
    writeln!(out, "  {calls} calls of {operations} operations; for {read} of them, a response was read")?;
    writeln!(out, "  for {} operations, the mock server made no response that can be compared:", limits.len())?;
    for (id, limit) in limits {
        let text: String = limit.to_string().chars().take(SHOWN).collect();
        writeln!(out, "    {id}: {text}")?;
    }
    Ok(())
}

/// Calls an operation once.
fn once(call: &mut Call<'_>, relay: &Relay, driver: &mut Driver) -> anyhow::Result<Verdict> {
    let arguments = match call.arguments()? {
        Ok(arguments) => arguments,
        Err(why) => return Ok(Verdict::Unread(why)),
    };
    let result = driver.call(&call.operation.id, &arguments.values)?;
    Ok(match relay.take() {
        None => Verdict::Unread(format!("the client sent no request: {result}")),
        Some(Err(error)) => anyhow::bail!("the server did not respond to {}: {error}", call.operation.id),
        Some(Ok(received)) => match verdict::of(&received) {
            Some(Verdict::Refused(why)) => {
                match verdict::inexpressible(&why, call.operation.needs_bearer, &arguments.query) {
                    Some(reason) => Verdict::ServerLimit(reason.to_owned()),
                    None => Verdict::Refused(format!("{why}; the arguments are {}", arguments.values)),
                }
            }
            Some(verdict) => verdict,
            None => response(call, &received, &result)?,
        },
    })
}

/// Compares what the client returned with what the server sent.
fn response(call: &Call<'_>, received: &Received, result: &Value) -> anyhow::Result<Verdict> {
    let status = received.status;
    let described = call.node["responses"].get(status.to_string());
    let schema = described.and_then(|response| call.response_schema(response));
    let expected = match &schema {
        Some(schema) if *schema == json!({"const": BYTES}) => {
            Some(json!(String::from_utf8_lossy(&received.body).into_owned()))
        }
        Some(schema) => {
            let Ok(body) = serde_json::from_slice::<Value>(&received.body) else {
                return Ok(Verdict::ServerLimit(format!("the body of its response {status} is not JSON")));
            };
            if let Some(error) = call.contract.validator(schema)?.iter_errors(&body).next() {
                let place = error.instance_path();
                return Ok(Verdict::ServerLimit(format!("its response {status} is not valid at `{place}`: {error}")));
            }
            Some(body)
        }
        None => None,
    };
    Ok(match call.unexpected_result(status, expected.as_ref(), result) {
        Some(what) => Verdict::Unread(format!("response {status}: {what}")),
        None => Verdict::Read,
    })
}
