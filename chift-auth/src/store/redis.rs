//! A store in Redis.

use std::fmt;
use std::sync::{Arc, LazyLock, OnceLock};
use std::time::Duration;

use redis::aio::{ConnectionLike, ConnectionManager, ConnectionManagerConfig};
use redis::io::tcp::{TcpSettings, socket2::TcpKeepalive};
use redis::{Client, FromRedisValue, IntoConnectionInfo, RedisError, RedisResult, Script, ScriptInvocation};
use tokio::runtime::Handle;

use super::{Entry, Lease, StoreError, StoreFuture, TokenStore};

/// The digits of the version, before the value of an entry. A number of 16 digits is exact in Lua.
const VERSION_DIGITS: usize = 16;

/// Returns the entry and its time to live in milliseconds. Something that is not a string is returned as empty.
static LOAD: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "local value = redis.pcall('GET', KEYS[1]) \
         if type(value) ~= 'string' then value = value and '' end \
         return {value, redis.call('PTTL', KEYS[1])}",
    )
});

/// `ARGV`: the version, the value, the life in milliseconds.
static STORE: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "local old = redis.pcall('GET', KEYS[1]) \
         old = type(old) == 'string' and tonumber(string.sub(old, 1, 16)) \
         local version, life = tonumber(ARGV[1]), tonumber(ARGV[3]) \
         if old and old >= version then return 0 end \
         local time = redis.call('TIME') \
         local left = math.min(life, life - math.floor((time[1] * 1000000 + time[2] - version) / 1000)) \
         if left <= 0 then return 0 end \
         redis.call('SET', KEYS[1], ARGV[1] .. ARGV[2], 'PX', string.format('%d', left)) \
         return 1",
    )
});

/// `ARGV`: the version.
static REMOVE: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "local old = redis.pcall('GET', KEYS[1]) \
         if type(old) ~= 'string' or string.sub(old, 1, 16) ~= ARGV[1] then return 0 end \
         return redis.call('DEL', KEYS[1])",
    )
});

/// `ARGV`: the owner, the span in milliseconds. Returns the version; or 0 and what is left of another owner's lease. A
/// lease without an end is not one of this store, and is replaced.
static LEASE: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "if not redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2]) then \
             local left = redis.call('PTTL', KEYS[2]) \
             if left >= 0 and redis.pcall('GET', KEYS[2]) ~= ARGV[1] then return {'0', left} end \
             redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2]) \
         end \
         local old = redis.pcall('GET', KEYS[1]) \
         old = type(old) == 'string' and tonumber(string.sub(old, 1, 16)) or 0 \
         local time = redis.call('TIME') \
         return {string.format('%.0f', math.max(time[1] * 1000000 + time[2], old + 1)), 0}",
    )
});

/// `ARGV`: the owner.
static RELEASE: LazyLock<Script> = LazyLock::new(|| {
    Script::new("if redis.pcall('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end return 1")
});

/// A store in Redis 5 or later, or in a server that is compatible with it, such as Valkey.
///
/// It uses two keys for each API key, `chift-auth:{NAME}:token` and `chift-auth:{NAME}:lease`, and the commands `EVALSHA`,
/// `SCRIPT LOAD`, `GET`, `SET`, `DEL`, `PTTL` and `TIME`. The part of a key in braces makes a cluster keep both in one
/// slot. Clones share the connection. It connects at its first use, and again after the connection was lost. Losing the
/// content of the server is harmless: a lost or evicted entry costs one token request.
///
/// ```no_run
/// use chift_auth::store::RedisStore;
/// use chift_auth::{Credentials, TokenSource};
///
/// let store = RedisStore::new("redis://:password@cache.example:6379/0")?;
/// let source = TokenSource::builder(Credentials::from_env()?).store(store).build()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # TLS, clusters and sentinels
///
/// An address that begins with `rediss://` needs a feature of the crate `redis`: `tokio-rustls-comp`, or
/// `tokio-native-tls-comp` beside the feature `native-tls` of this crate. Add `redis` in version 1 with it to your
/// dependencies. Any other connection of that crate works with [`from_connection`](Self::from_connection).
///
/// Tried with Redis 7.0: a single server, TLS, a Unix socket, a cluster of three nodes with the crate's asynchronous
/// cluster client, and a connection from a sentinel. A connection from a sentinel stays with the server that was the
/// master, so after a failover the store fails until the program makes another one.
pub struct RedisStore<C = ConnectionManager> {
    connection: Arc<OnceLock<C>>,
    connect: Arc<dyn Fn() -> RedisResult<C> + Send + Sync>,
}

impl RedisStore {
    /// A store at an address: `redis://[USER][:PASSWORD@]HOST[:PORT][/DATABASE]`, `rediss://…` for TLS, or
    /// `redis+unix:///PATH`. It does not connect yet.
    ///
    /// # Errors
    ///
    /// If the address is not valid, or needs a feature of the crate `redis` that is not enabled.
    pub fn new(address: &str) -> Result<Self, StoreError> {
        // The idle connection must survive in routers that forget connections after some minutes, and a dead one must be
        // noticed before the next renewal.
        let keepalive = TcpKeepalive::new().with_time(Duration::from_secs(60)).with_interval(Duration::from_secs(10));
        let tcp = TcpSettings::default().set_nodelay(true).set_keepalive(keepalive);
        #[cfg(target_os = "linux")]
        let tcp = tcp.set_user_timeout(Duration::from_secs(30));
        let address = address.into_connection_info().map(|address| address.set_tcp_settings(tcp));
        let client = address.and_then(Client::open).map_err(|error| invalid(&error))?;
        let settings = ConnectionManagerConfig::new()
            // Each operation tries again by itself.
            .set_number_of_retries(0)
            .set_connection_timeout(Some(Duration::from_secs(5)));
        Ok(Self::on(move || ConnectionManager::new_lazy_with_config(client.clone(), settings.clone())))
    }
}

impl<C: ConnectionLike + Clone + Send + Sync + 'static> RedisStore<C> {
    /// A store on a connection that you make: to a cluster or a sentinel, or with settings of your own. It must reconnect
    /// by itself.
    ///
    /// ```no_run
    /// use chift_auth::store::RedisStore;
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// let client = redis::Client::open("redis://cache.example")?;
    /// let store = RedisStore::from_connection(client.get_connection_manager().await?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn from_connection(connection: C) -> Self {
        Self::on(move || Ok(connection.clone()))
    }

    fn on(connect: impl Fn() -> RedisResult<C> + Send + Sync + 'static) -> Self {
        Self { connection: Arc::default(), connect: Arc::new(connect) }
    }

    fn connection(&self) -> RedisResult<C> {
        if let Some(connection) = self.connection.get() {
            return Ok(connection.clone());
        }
        let connection = self.connection.get_or_init({
            let connection = (self.connect)()?;
            || connection
        });
        // Connecting can take longer than an operation may, and goes on when the operation is dropped.
        if let Ok(runtime) = Handle::try_current() {
            let mut connection = connection.clone();
            runtime.spawn(async move { redis::cmd("PING").exec_async(&mut connection).await.ok() });
        }
        Ok(connection.clone())
    }

    async fn run<T: FromRedisValue>(&self, script: &ScriptInvocation<'_>) -> Result<T, StoreError> {
        let mut connection = self.connection().map_err(failed)?;
        match script.invoke_async(&mut connection).await {
            // The server may have closed the idle connection. Each script can be repeated.
            Err(error) if error.is_unrecoverable_error() || error.is_io_error() && !error.is_timeout() => {
                script.invoke_async(&mut connection).await.map_err(failed)
            }
            result => result.map_err(failed),
        }
    }
}

impl<C> Clone for RedisStore<C> {
    fn clone(&self) -> Self {
        Self { connection: self.connection.clone(), connect: self.connect.clone() }
    }
}

impl<C> fmt::Debug for RedisStore<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisStore").finish_non_exhaustive()
    }
}

impl<C: ConnectionLike + Clone + Send + Sync + 'static> TokenStore for RedisStore<C> {
    fn load<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Entry>> {
        Box::pin(async move {
            let (found, left): (Option<Vec<u8>>, i64) = self.run(&LOAD.key(token(key))).await?;
            Ok(found.map(|value| {
                // An entry without an end, or without a version, is not one of this store.
                let left = Duration::from_millis(left.try_into().unwrap_or_default());
                let version = value.split_at_checked(VERSION_DIGITS).and_then(|(version, value)| {
                    Some((std::str::from_utf8(version).ok()?.parse().ok()?, value.to_vec()))
                });
                let (version, value) = version.unwrap_or((0, value));
                Entry { value, version, left }
            }))
        })
    }

    fn store<'a>(&'a self, key: &'a str, value: &'a [u8], version: u64, life: Duration) -> StoreFuture<'a, bool> {
        Box::pin(async move {
            let mut script = STORE.key(token(key));
            self.run(script.arg(digits(version)).arg(value).arg(milliseconds(life))).await
        })
    }

    fn remove_if(&self, key: &str, version: u64) -> StoreFuture<'_, bool> {
        let key = token(key);
        Box::pin(async move { self.run(REMOVE.key(key).arg(digits(version))).await })
    }

    fn lease<'a>(&'a self, key: &'a str, owner: &'a str, span: Duration) -> StoreFuture<'a, Lease> {
        Box::pin(async move {
            let mut script = LEASE.key(token(key));
            let (version, left): (String, u64) =
                self.run(script.key(lease(key)).arg(owner).arg(milliseconds(span))).await?;
            match version.parse() {
                Ok(0) => Ok(Lease::Taken { left: Duration::from_millis(left) }),
                Ok(version) => Ok(Lease::Granted { version }),
                Err(_) => Err(StoreError::new("the server returned a version that is not a number")),
            }
        })
    }

    fn release<'a>(&'a self, key: &'a str, owner: &'a str) -> StoreFuture<'a, ()> {
        Box::pin(async move { self.run(RELEASE.key(lease(key)).arg(owner)).await })
    }
}

fn token(key: &str) -> String {
    format!("chift-auth:{{{key}}}:token")
}

fn lease(key: &str) -> String {
    format!("chift-auth:{{{key}}}:lease")
}

fn digits(version: u64) -> String {
    format!("{version:0VERSION_DIGITS$}")
}

/// At least 1: Redis refuses a time to live of 0.
fn milliseconds(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX).max(1)
}

/// The address cannot be used.
fn invalid(error: &RedisError) -> StoreError {
    let expected = "an address is like redis://HOST:PORT/DATABASE; rediss:// needs a feature of the crate redis";
    StoreError::new(format!("the address of the store cannot be used: {error}; {expected}"))
}

/// An error of the crate `redis` names the server at most, not the address with its password.
fn failed(error: RedisError) -> StoreError {
    StoreError::new(error)
}
