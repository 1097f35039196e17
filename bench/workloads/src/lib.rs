//! The command line that all measured clients share:
//!
//!   `CLIENT ENDPOINT WORKLOAD ARGS`
//!   get-large BYTES | get-stream BYTES | put-large BYTES | get-small N C | put-small N C | head N C | list N | presign N
//!
//! Sizes take KiB, MiB, GiB. Environment: `BENCH_PART` (8MiB), `BENCH_CONC` (8), `BENCH_RT=multi|current`. Prints
//! `secs=… ops=… bytes=… rss_kib=…`. Exit status: 0 done, 1 failed, 2 usage, 3 the client has no such workload.

use std::future::Future;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use bytes::Bytes;

pub type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// The completed work: operations and bytes.
pub type Done = (u64, u64);

pub const BUCKET: &str = "bench";
/// The size of small objects.
pub const SMALL: u64 = 4096;

#[derive(Clone, Copy, Debug)]
pub enum Work {
    /// One object in concurrent ranges.
    GetLarge(u64),
    /// One object in one request.
    GetStream(u64),
    /// One object in concurrent parts.
    PutLarge(u64),
    GetSmall(u64, u64),
    PutSmall(u64, u64),
    Head(u64, u64),
    List(u64),
    Presign(u64),
    /// A workload of other clients.
    Foreign,
}

/// Runs the workload of the command line with `client`, which receives the endpoint and the work and returns
/// `None` if it does not support it; prints the measurements and exits the process.
pub fn run<F, Fut>(client: F) -> !
where
    F: FnOnce(String, Work) -> Fut,
    Fut: Future<Output = Result<Option<Done>>>,
{
    let arguments: Vec<String> = std::env::args().collect();
    let Some(work) = Work::parse(&arguments) else {
        eprintln!("usage: CLIENT ENDPOINT WORKLOAD ARGS");
        std::process::exit(2);
    };
    let mut runtime = match variable("BENCH_RT").as_str() {
        "current" => tokio::runtime::Builder::new_current_thread(),
        _ => tokio::runtime::Builder::new_multi_thread(),
    };
    let runtime = runtime.enable_all().build().expect("a runtime");
    let start = Instant::now();
    let (ops, bytes) = match runtime.block_on(client(arguments[1].clone(), work)) {
        Ok(Some(done)) => done,
        Ok(None) => std::process::exit(3),
        Err(error) => {
            eprintln!("failed: {work:?}: {error}");
            std::process::exit(1);
        }
    };
    let expected = work.expected();
    if (ops, bytes) != expected {
        eprintln!("wrong amount of work: {ops} operations, {bytes} bytes, not {expected:?}");
        std::process::exit(1);
    }
    println!("secs={:.6} ops={ops} bytes={bytes} rss_kib={}", start.elapsed().as_secs_f64(), peak_rss_kib());
    // Background tasks must not add to the time.
    std::process::exit(0);
}

impl Work {
    fn parse(arguments: &[String]) -> Option<Self> {
        let number = |at: usize| parse_size(arguments.get(at)?);
        Some(match arguments.get(2)?.as_str() {
            "get-large" => Self::GetLarge(number(3)?),
            "get-stream" => Self::GetStream(number(3)?),
            "put-large" => Self::PutLarge(number(3)?),
            "get-small" => Self::GetSmall(number(3)?, number(4)?),
            "put-small" => Self::PutSmall(number(3)?, number(4)?),
            "head" => Self::Head(number(3)?, number(4)?),
            "list" => Self::List(number(3)?),
            "presign" => Self::Presign(number(3)?),
            "download-file" | "upload-file" => Self::Foreign,
            _ => return None,
        })
    }

    fn expected(&self) -> Done {
        match *self {
            Self::GetLarge(bytes) | Self::GetStream(bytes) | Self::PutLarge(bytes) => (1, bytes),
            Self::GetSmall(n, _) | Self::PutSmall(n, _) => (n, n * SMALL),
            Self::Head(n, _) | Self::List(n) | Self::Presign(n) => (n, 0),
            Self::Foreign => (0, 0),
        }
    }
}

/// Runs `operation(i)` for each i below `n` on `tasks` tasks. Returns the number of calls and the sum of
/// their results.
pub async fn fan_out<F, Fut>(n: u64, tasks: u64, operation: F) -> Result<Done>
where
    F: Fn(u64) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<u64>> + Send + 'static,
{
    let (next, operation) = (Arc::new(AtomicU64::new(0)), Arc::new(operation));
    let tasks: Vec<_> = (0..tasks)
        .map(|_| {
            let (next, operation) = (next.clone(), operation.clone());
            tokio::spawn(async move {
                let (mut done, mut sum) = (0, 0);
                loop {
                    let i = next.fetch_add(1, Ordering::Relaxed);
                    if i >= n {
                        return Ok::<Done, Box<dyn std::error::Error + Send + Sync>>((done, sum));
                    }
                    sum += operation(i).await?;
                    done += 1;
                }
            })
        })
        .collect();
    let mut total = (0, 0);
    for task in tasks {
        let (done, sum) = task.await??;
        total = (total.0 + done, total.1 + sum);
    }
    Ok(total)
}

pub fn large_key(bytes: u64) -> String {
    format!("obj-{bytes}")
}

pub fn small_key(i: u64) -> String {
    format!("obj-4KiB-{i:08}")
}

pub fn list_bucket(keys: u64) -> String {
    format!("list-{keys}")
}

/// Returns `length` bytes. Parts share them, so that the source costs nothing.
pub fn content(length: u64) -> Bytes {
    Bytes::from(vec![b'x'; length as usize])
}

/// Returns the size of parts and ranges.
pub fn part_size() -> u64 {
    size_variable("BENCH_PART", 8 << 20)
}

/// Returns the number of concurrent parts and ranges.
pub fn concurrency() -> u64 {
    size_variable("BENCH_CONC", 8)
}

/// Returns part `i` of `total` bytes.
pub fn part(i: u64, total: u64) -> Range<u64> {
    i * part_size()..((i + 1) * part_size()).min(total)
}

pub fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_default()
}

fn size_variable(name: &str, default: u64) -> u64 {
    parse_size(&variable(name)).unwrap_or(default)
}

fn parse_size(text: &str) -> Option<u64> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let shift = match unit {
        "" => 0,
        "KiB" => 10,
        "MiB" => 20,
        "GiB" => 30,
        _ => return None,
    };
    Some(number.parse::<u64>().ok()? << shift)
}

/// Returns the peak of this process alone: the kernel's value for children includes the parent's size.
fn peak_rss_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}
