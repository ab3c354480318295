//! A Redis server for tests, as a process of its own.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// How long the server may take to start.
const START: Duration = Duration::from_secs(10);

/// A `redis-server` on a free port of the loopback interface. It keeps its content in memory, and ends when it is
/// dropped.
///
/// ```no_run
/// let redis = chift_tests::RedisServer::start(&["--maxmemory", "2mb"])?;
/// assert_eq!(redis.command("PING")?, "+PONG");
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct RedisServer {
    address: SocketAddr,
    arguments: Vec<String>,
    process: Child,
    /// Where it may write files.
    folder: TempDir,
}

impl RedisServer {
    /// Starts a server with further arguments. The variable `REDIS_SERVER` names another program than `redis-server`.
    ///
    /// # Errors
    ///
    /// If the program cannot be run, or does not accept connections.
    pub fn start(arguments: &[&str]) -> io::Result<Self> {
        let arguments: Vec<String> = arguments.iter().map(|&argument| argument.to_owned()).collect();
        let mut last = None;
        // Another process may take the free port before the server does.
        for _ in 0..3 {
            let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
            let folder = TempDir::new()?;
            let process = spawned(address, &arguments, folder.path())?;
            let mut server = Self { address, arguments: arguments.clone(), process, folder };
            match server.wait_until_ready() {
                Ok(()) => return Ok(server),
                Err(error) => last = Some(error),
            }
        }
        Err(last.unwrap_or_else(|| io::ErrorKind::AddrInUse.into()))
    }

    /// The address, without a scheme.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address as a URL.
    pub fn url(&self) -> String {
        format!("redis://{}/", self.address)
    }

    /// Runs a command whose arguments contain no spaces, on a connection of its own. Returns the first line of the
    /// response with its type, as in `+PONG` or `:1`.
    ///
    /// # Errors
    ///
    /// If there is no response within ten seconds.
    pub fn command(&self, command: &str) -> io::Result<String> {
        let mut connection = TcpStream::connect_timeout(&self.address, START)?;
        connection.set_read_timeout(Some(START))?;
        connection.write_all(format!("{command}\r\n").as_bytes())?;
        let mut line = String::new();
        BufReader::new(connection).read_line(&mut line)?;
        Ok(line.trim_end().to_owned())
    }

    /// Kills the server.
    ///
    /// # Errors
    ///
    /// If it cannot be killed.
    pub fn kill(&mut self) -> io::Result<()> {
        self.process.kill()?;
        self.process.wait().map(drop)
    }

    /// Starts a killed server again at the same address, without content.
    ///
    /// # Errors
    ///
    /// See [`start`](Self::start).
    pub fn restart(&mut self) -> io::Result<()> {
        self.process = spawned(self.address, &self.arguments, self.folder.path())?;
        self.wait_until_ready()
    }

    /// Stops the server without closing its connections, so that it accepts more of them and does not respond.
    ///
    /// # Errors
    ///
    /// If the command `kill` fails.
    pub fn suspend(&self) -> io::Result<()> {
        self.signal("-STOP")
    }

    /// Lets a suspended server go on.
    ///
    /// # Errors
    ///
    /// If the command `kill` fails.
    pub fn resume(&self) -> io::Result<()> {
        self.signal("-CONT")
    }

    fn signal(&self, signal: &str) -> io::Result<()> {
        let status = Command::new("kill").args([signal, &self.process.id().to_string()]).status()?;
        status.success().then_some(()).ok_or_else(|| io::Error::other(format!("kill {signal}: {status}")))
    }

    fn wait_until_ready(&mut self) -> io::Result<()> {
        let started = Instant::now();
        loop {
            if self.command("PING").is_ok_and(|reply| reply == "+PONG") {
                return Ok(());
            }
            if let Some(status) = self.process.try_wait()? {
                return Err(io::Error::other(format!("redis-server ended with {status}")));
            }
            if started.elapsed() > START {
                return Err(io::ErrorKind::TimedOut.into());
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        let _ = self.kill();
    }
}

fn spawned(address: SocketAddr, arguments: &[String], folder: &Path) -> io::Result<Child> {
    let program = std::env::var_os("REDIS_SERVER").unwrap_or_else(|| "redis-server".into());
    Command::new(program)
        .args(["--bind", "127.0.0.1", "--port", &address.port().to_string(), "--save", "", "--appendonly", "no"])
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .map_err(|error| io::Error::other(format!("redis-server does not run: {error}")))
}
