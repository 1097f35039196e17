//! windlass with the command line that all measured clients share (see `workloads`).
//!
//! Environment: `BENCH_PAYLOAD_SIGNING=off|default`, `BENCH_CHECKSUMS=supported|required`, `SSL_CERT_FILE`.

use std::hint::black_box;
use std::time::Duration;

use futures_util::stream;
use windlass::{Body, ByteStream, ChecksumCalculation, ChecksumValidation, Client, Credentials};
use workloads::{
    BUCKET, Done, Result, SMALL, Work, concurrency, content, fan_out, large_key, list_bucket, part,
    part_size, small_key, variable,
};

fn main() {
    workloads::run(|endpoint, work| async move { perform(client(&endpoint)?, work).await });
}

fn client(endpoint: &str) -> Result<Client> {
    let mut builder =
        Client::builder().region("us-east-1").endpoint(endpoint).allow_http(true).credentials(
            Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
        );
    if endpoint.starts_with("https") {
        builder = builder.ca_bundle(variable("SSL_CERT_FILE"));
    }
    // Other clients do not sign bodies over plain HTTP; `default` measures the default of windlass.
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

async fn perform(client: Client, work: Work) -> Result<Option<Done>> {
    Ok(Some(match work {
        Work::GetLarge(total) => {
            let read = fan_out(total.div_ceil(part_size()), concurrency(), move |i| {
                let request = client.get_object(BUCKET, large_key(total)).range(part(i, total));
                async move { drain(request.await?.body).await }
            });
            (1, read.await?.1)
        }
        Work::GetStream(total) => (1, drain(client.get_object(BUCKET, large_key(total)).await?.body).await?),
        Work::PutLarge(total) => {
            let shared = content(part_size());
            let parts = (0..total.div_ceil(part_size())).map(move |i| {
                let range = part(i, total);
                Ok(shared.slice(..(range.end - range.start) as usize))
            });
            let body = Body::from_stream(stream::iter(parts)).with_length(total);
            let upload = client.upload(BUCKET, large_key(total), body).part_size(part_size());
            (1, upload.concurrency(concurrency() as usize).await?.size)
        }
        Work::GetSmall(n, c) => {
            fan_out(n, c, move |i| {
                let request = client.get_object(BUCKET, small_key(i));
                async move { Ok(request.await?.body.bytes().await?.len() as u64) }
            })
            .await?
        }
        Work::PutSmall(n, c) => {
            let body = content(SMALL);
            fan_out(n, c, move |i| {
                let request = client.put_object(BUCKET, small_key(i), body.clone());
                async move { request.await.map(|_| SMALL).map_err(Into::into) }
            })
            .await?
        }
        Work::Head(n, c) => {
            fan_out(n, c, move |i| {
                let request = client.head_object(BUCKET, small_key(i));
                async move { request.await.map(|_| 0).map_err(Into::into) }
            })
            .await?
        }
        Work::List(n) => {
            let mut pages = client.list_objects_v2(list_bucket(n)).pages();
            let mut seen = 0;
            while let Some(page) = pages.try_next().await? {
                seen += black_box(page.contents).len() as u64;
            }
            (seen, 0)
        }
        Work::Presign(n) => {
            for i in 0..n {
                black_box(client.get_object(BUCKET, small_key(i)).presign(Duration::from_secs(3600)).await?);
            }
            (n, 0)
        }
        Work::Foreign => return Ok(None),
    }))
}

async fn drain(mut body: ByteStream) -> Result<u64> {
    let mut seen = 0;
    while let Some(chunk) = body.try_next().await? {
        seen += black_box(chunk).len() as u64;
    }
    Ok(seen)
}
