//! System clock, randomness, process environment and tokio spawner.

use std::hash::{Hash as _, Hasher};
use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::{Duration, Instant, SystemTime};

use tokio::runtime::Handle;

use crate::ports::{BoxFuture, Clock, Environment, Random, RuntimeId, Spawner};
use crate::{Error, ErrorKind, Result};

/// The system clock and tokio's timer. Outside a tokio runtime, a deadline never fires and a backoff ends
/// immediately.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    fn monotonic(&self) -> Duration {
        static START: LazyLock<Instant> = LazyLock::new(Instant::now);
        START.elapsed()
    }

    fn backoff(&self, delay: Duration) -> BoxFuture<'static, ()> {
        if !on_tokio() {
            return Box::pin(std::future::ready(()));
        }
        Box::pin(tokio::time::sleep(delay))
    }

    fn deadline(&self, limit: Duration) -> BoxFuture<'static, ()> {
        if !on_tokio() {
            return Box::pin(std::future::pending());
        }
        Box::pin(tokio::time::sleep(limit))
    }
}

/// Pseudorandom numbers with a seed from the system.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn unit(&self) -> f64 {
        fastrand::f64()
    }
}

/// The environment of the process.
#[derive(Clone, Copy, Debug, Default)]
pub struct ProcessEnvironment;

impl Environment for ProcessEnvironment {
    fn variable(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }

    fn home(&self) -> Option<PathBuf> {
        std::env::home_dir().filter(|path| !path.as_os_str().is_empty())
    }
}

/// Spawns tasks on the current tokio runtime.
#[derive(Clone, Copy, Debug, Default)]
pub struct TokioSpawner;

impl Spawner for TokioSpawner {
    fn spawn(&self, task: BoxFuture<'static, ()>) {
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(task);
        }
    }

    fn runtime(&self) -> Result<RuntimeId> {
        let runtime = Handle::try_current()
            .map_err(|error| Error::new(ErrorKind::NoRuntime, "no tokio runtime").with_source(error))?;
        let mut number = Number::default();
        runtime.id().hash(&mut number);
        Ok(RuntimeId::new(number.0))
    }
}

fn on_tokio() -> bool {
    Handle::try_current().is_ok()
}

/// A hasher that extracts the number of an opaque runtime id.
#[derive(Default)]
struct Number(u64);

impl Hasher for Number {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, number: u64) {
        self.0 ^= number;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
