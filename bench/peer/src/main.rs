//! windlass behind the command line that all measured clients share:
//!
//!   `peer-windlass ENDPOINT WORKLOAD ARGS`
//!   get-large BYTES | get-stream BYTES | get-small N C | put-small N C | head N C | list N | presign N
//!
//! Sizes take KiB, MiB, GiB. Environment: `BENCH_PART` (8MiB), `BENCH_CONC` (8), `BENCH_RT=multi|current`,
//! `BENCH_PAYLOAD_SIGNING=off|default`, `BENCH_CHECKSUMS=supported|required`. Prints
//! `secs=… ops=… bytes=… rss_kib=…`. Exit status: 0 done, 1 failed, 2 usage, 3 windlass has no such workload yet.

use std::future::Future;
use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use windlass::{ByteStream, ChecksumCalculation, ChecksumValidation, Client, Credentials};

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

const BUCKET: &str = "bench";
const SMALL: u64 = 4096;

/// What was done: operations and bytes.
type Done = (u64, u64);

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let Some(work) = Work::parse(&arguments) else {
        eprintln!("usage: peer-windlass ENDPOINT WORKLOAD ARGS");
        std::process::exit(2);
    };
    let mut runtime = match variable("BENCH_RT").as_str() {
        "current" => tokio::runtime::Builder::new_current_thread(),
        _ => tokio::runtime::Builder::new_multi_thread(),
    };
    let runtime = runtime.enable_all().build().expect("a runtime");
    let start = Instant::now();
    let outcome = client(&arguments[1]).and_then(|client| runtime.block_on(work.run(client)));
    let (ops, bytes) = match outcome {
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
}

fn client(endpoint: &str) -> Result<Client> {
    let mut builder = Client::builder()
        .region("us-east-1")
        .endpoint(endpoint)
        .allow_http(true)
        .credentials(Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"));
    if let Ok(bundle) = std::env::var("SSL_CERT_FILE") {
        builder = builder.ca_bundle(bundle);
    }
    // Other clients do not sign bodies over plain HTTP; `default` shows what windlass does unless told otherwise.
    if variable("BENCH_PAYLOAD_SIGNING") != "default" {
        builder = builder.payload_signing(false);
    }
    if variable("BENCH_CHECKSUMS") == "required" {
        builder = builder
            .checksum_calculation(ChecksumCalculation::WhenRequired)
            .checksum_validation(ChecksumValidation::WhenRequired);
    }
    Ok(builder.build()?)
}

#[derive(Clone, Debug)]
enum Work {
    GetLarge(u64),
    GetStream(u64),
    GetSmall(u64, u64),
    PutSmall(u64, u64),
    Head(u64, u64),
    List(u64),
    Presign(u64),
    NotYet,
}

impl Work {
    fn parse(arguments: &[String]) -> Option<Self> {
        let number = |at: usize| parse_size(arguments.get(at)?);
        Some(match arguments.get(2)?.as_str() {
            "get-large" => Self::GetLarge(number(3)?),
            "get-stream" => Self::GetStream(number(3)?),
            "get-small" => Self::GetSmall(number(3)?, number(4)?),
            "put-small" => Self::PutSmall(number(3)?, number(4)?),
            "head" => Self::Head(number(3)?, number(4)?),
            "list" => Self::List(number(3)?),
            "presign" => Self::Presign(number(3)?),
            "put-large" | "download-file" | "upload-file" => Self::NotYet,
            _ => return None,
        })
    }

    fn expected(&self) -> Done {
        match *self {
            Self::GetLarge(bytes) | Self::GetStream(bytes) => (1, bytes),
            Self::GetSmall(n, _) | Self::PutSmall(n, _) => (n, n * SMALL),
            Self::Head(n, _) | Self::List(n) | Self::Presign(n) => (n, 0),
            Self::NotYet => (0, 0),
        }
    }

    async fn run(&self, client: Client) -> Result<Option<Done>> {
        Ok(Some(match *self {
            Self::GetLarge(total) => {
                let part = size_variable("BENCH_PART", 8 << 20);
                let read = fan_out(total.div_ceil(part), size_variable("BENCH_CONC", 8), move |i| {
                    let range = i * part..((i + 1) * part).min(total);
                    let request = client.get_object(BUCKET, format!("obj-{total}")).range(range);
                    async move { drain(request.await?.body).await }
                });
                (1, read.await?.1)
            }
            Self::GetStream(total) => (1, drain(client.get_object(BUCKET, format!("obj-{total}")).await?.body).await?),
            Self::GetSmall(n, c) => {
                fan_out(n, c, move |i| {
                    let request = client.get_object(BUCKET, small_key(i));
                    async move { Ok(request.await?.body.bytes().await?.len() as u64) }
                })
                .await?
            }
            Self::PutSmall(n, c) => {
                let body = Bytes::from_static(&[b'x'; SMALL as usize]);
                fan_out(n, c, move |i| {
                    let request = client.put_object(BUCKET, small_key(i), body.clone());
                    async move { request.await.map(|_| SMALL).map_err(Into::into) }
                })
                .await?
            }
            Self::Head(n, c) => {
                fan_out(n, c, move |i| {
                    let request = client.head_object(BUCKET, small_key(i));
                    async move { request.await.map(|_| 0).map_err(Into::into) }
                })
                .await?
            }
            Self::List(n) => {
                let mut pages = client.list_objects_v2(format!("list-{n}")).pages();
                let mut seen = 0;
                while let Some(page) = pages.try_next().await? {
                    seen += black_box(page.contents).len() as u64;
                }
                (seen, 0)
            }
            Self::Presign(n) => {
                for i in 0..n {
                    black_box(client.get_object(BUCKET, small_key(i)).presign(Duration::from_secs(3600)).await?);
                }
                (n, 0)
            }
            Self::NotYet => return Ok(None),
        }))
    }
}

async fn drain(mut body: ByteStream) -> Result<u64> {
    let mut seen = 0;
    while let Some(chunk) = body.try_next().await? {
        seen += black_box(chunk).len() as u64;
    }
    Ok(seen)
}

/// Runs `operation(i)` for every i below `n` on `tasks` tasks; counts the calls and adds up their results.
async fn fan_out<F, Fut>(n: u64, tasks: u64, operation: F) -> Result<Done>
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

fn small_key(i: u64) -> String {
    format!("obj-4KiB-{i:08}")
}

fn variable(name: &str) -> String {
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

/// This process's own peak: the kernel's figure for children starts from the parent's size.
fn peak_rss_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}
