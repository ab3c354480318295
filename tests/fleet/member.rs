//! A process of a fleet: the example `fleet_member`.

use std::env;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use chift_tests::RedisServer;

use crate::chift::Chift;

/// How long a process may take to print a line.
const LIMIT: Duration = Duration::from_secs(30);

/// What a member does.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Task {
    /// It gets one token.
    Token,
    /// It calls Chift until it is stopped.
    Work,
    /// The same, with tokens that are used nearly to their end.
    WorkAndRenewLate,
}

/// A process. It ends when this is dropped, because that closes its standard input.
pub(crate) struct Member {
    process: Child,
    stdin: ChildStdin,
    lines: Receiver<String>,
}

impl Member {
    /// Starts a process, which then waits for [`go`](Self::go).
    pub(crate) fn start(task: Task, chift: &Chift, redis: Option<&RedisServer>) -> Self {
        let mut command = Command::new(program());
        command.arg(if matches!(task, Task::Token) { "token" } else { "work" });
        command.envs(chift.environment());
        // Neither the developer's proxy nor his store.
        for variable in ["FLEET_REDIS", "FLEET_LATE_RENEWAL", "http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"] {
            command.env_remove(variable);
        }
        if let Some(redis) = redis {
            command.env("FLEET_REDIS", redis.url());
        }
        if matches!(task, Task::WorkAndRenewLate) {
            command.env("FLEET_LATE_RENEWAL", "");
        }
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (sender, lines) = mpsc::channel();
        let stdout = BufReader::new(process.stdout.take().unwrap());
        thread::spawn(move || stdout.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        let stdin = process.stdin.take().unwrap();
        Self { process, stdin, lines }
    }

    /// Starts `count` processes, and returns when all are ready.
    pub(crate) fn start_all(count: usize, task: Task, chift: &Chift, redis: Option<&RedisServer>) -> Vec<Self> {
        let members: Vec<_> = (0..count).map(|_| Self::start(task, chift, redis)).collect();
        for member in &members {
            assert_eq!(member.line(), "ready");
        }
        members
    }

    /// Starts a process, waits until it is ready, and lets it begin.
    pub(crate) fn begin(task: Task, chift: &Chift, redis: Option<&RedisServer>) -> Self {
        let mut member = Self::start(task, chift, redis);
        assert_eq!(member.line(), "ready");
        member.go();
        member
    }

    /// Lets it begin.
    pub(crate) fn go(&mut self) {
        self.stdin.write_all(b"\n").unwrap();
    }

    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// The time that its token took.
    pub(crate) fn token(&self) -> Duration {
        Duration::from_micros(self.line().parse().unwrap())
    }

    /// Kills it. Returns what it has printed.
    pub(crate) fn kill(mut self) -> Vec<String> {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        self.lines.iter().collect()
    }

    /// Lets it end. Returns what it has printed.
    pub(crate) fn stop(self) -> Vec<String> {
        let Self { mut process, stdin, lines } = self;
        drop(stdin);
        let printed = lines.iter().collect();
        assert!(process.wait().unwrap().success());
        printed
    }

    fn line(&self) -> String {
        self.lines.recv_timeout(LIMIT).expect("a line of the process")
    }
}

/// The example that was built with this test.
fn program() -> PathBuf {
    let test = env::current_exe().unwrap();
    let program = test.ancestors().nth(2).unwrap().join("examples/fleet_member");
    assert!(program.exists(), "there is no {}: run .ci/fleet, which builds it", program.display());
    program
}
