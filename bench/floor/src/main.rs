//! The lower bound, with the command line that all measured clients share (see `workloads`): bare hyper, with
//! bare rustls if the endpoint is https. It does not sign, parse or retry.
//!
//! Environment: `BENCH_CHECKSUMS=supported|required`; supported, the default, adds one pass of CRC64NVME over
//! large contents. `SSL_CERT_FILE`.

use std::hint::black_box;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use crc_fast::{CrcAlgorithm, Digest};
use http::{Method, Request, header};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use workloads::{
    BUCKET, Done, Result, SMALL, Work, concurrency, content, fan_out, large_key, list_bucket, part,
    part_size, small_key, variable,
};

fn main() {
    workloads::run(|endpoint, work| async move {
        let (scheme, authority) = endpoint.split_once("://").ok_or("the endpoint is not a URL")?;
        let client = Client {
            authority: authority.trim_end_matches('/').to_owned(),
            tls: (scheme == "https").then(tls).transpose()?,
            idle: Mutex::default(),
            checksums: variable("BENCH_CHECKSUMS") != "required",
        };
        perform(Arc::new(client), work).await
    });
}

fn tls() -> Result<TlsConnector> {
    let mut roots = rustls::RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(variable("SSL_CERT_FILE"))? {
        roots.add(certificate?)?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config =
        rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(TlsConnector::from(Arc::new(config.with_root_certificates(roots).with_no_client_auth())))
}

struct Client {
    authority: String,
    tls: Option<TlsConnector>,
    idle: Mutex<Vec<SendRequest<Full<Bytes>>>>,
    checksums: bool,
}

/// The request to send.
struct Exchange {
    method: Method,
    path: String,
    range: Option<String>,
    body: Bytes,
}

impl Exchange {
    fn new(method: Method, path: String) -> Self {
        Self { method, path, range: None, body: Bytes::new() }
    }
}

impl Client {
    async fn connect(&self) -> Result<SendRequest<Full<Bytes>>> {
        let socket = TcpStream::connect(&self.authority).await?;
        socket.set_nodelay(true)?;
        match &self.tls {
            None => {
                let (sender, driver) = handshake(TokioIo::new(socket)).await?;
                tokio::spawn(driver);
                Ok(sender)
            }
            Some(tls) => {
                let host = self.authority.split(':').next().unwrap_or_default().to_owned();
                let stream = tls.connect(ServerName::try_from(host)?, socket).await?;
                let (sender, driver) = handshake(TokioIo::new(stream)).await?;
                tokio::spawn(driver);
                Ok(sender)
            }
        }
    }

    /// Performs one exchange and returns the number of received bytes, which `digest` processes.
    async fn exchange(&self, exchange: Exchange, mut digest: Option<Digest>) -> Result<u64> {
        let idle = self.idle.lock().expect("no panic under the lock").pop();
        let mut sender = match idle {
            Some(sender) => sender,
            None => self.connect().await?,
        };
        let mut request = Request::builder().method(exchange.method).uri(exchange.path);
        request = request.header(header::HOST, &self.authority);
        if let Some(range) = exchange.range {
            request = request.header(header::RANGE, range);
        }
        sender.ready().await?;
        let mut response = sender.send_request(request.body(Full::new(exchange.body))?).await?;
        if !response.status().is_success() {
            return Err(response.status().as_str().into());
        }
        let mut length = 0;
        while let Some(frame) = response.frame().await {
            if let Ok(data) = frame?.into_data() {
                length += data.len() as u64;
                if let Some(digest) = &mut digest {
                    digest.update(&data);
                }
            }
        }
        black_box(digest.map(|digest| digest.finalize()));
        self.idle.lock().expect("no panic under the lock").push(sender);
        Ok(length)
    }

    fn digest(&self) -> Option<Digest> {
        self.checksums.then(|| Digest::new(CrcAlgorithm::Crc64Nvme))
    }
}

async fn perform(client: Arc<Client>, work: Work) -> Result<Option<Done>> {
    Ok(Some(match work {
        Work::GetLarge(total) => {
            let read = fan_out(total.div_ceil(part_size()), concurrency(), move |i| {
                let (client, range) = (client.clone(), part(i, total));
                let mut get = Exchange::new(Method::GET, object(&large_key(total)));
                get.range = Some(format!("bytes={}-{}", range.start, range.end - 1));
                async move { client.exchange(get, client.digest()).await }
            });
            (1, read.await?.1)
        }
        Work::GetStream(total) => (
            1,
            client.exchange(Exchange::new(Method::GET, object(&large_key(total))), client.digest()).await?,
        ),
        Work::PutLarge(total) => {
            let path = object(&large_key(total));
            client.exchange(Exchange::new(Method::POST, format!("{path}?uploads")), None).await?;
            let shared = content(part_size());
            let (sender, at) = (client.clone(), path.clone());
            let sent = fan_out(total.div_ceil(part_size()), concurrency(), move |i| {
                let (client, range) = (sender.clone(), part(i, total));
                let mut put = Exchange::new(Method::PUT, format!("{at}?partNumber={}&uploadId=1", i + 1));
                put.body = shared.slice(..(range.end - range.start) as usize);
                async move {
                    if let Some(mut digest) = client.digest() {
                        digest.update(&put.body);
                        black_box(digest.finalize());
                    }
                    client.exchange(put, None).await.map(|_| range.end - range.start)
                }
            });
            let sent = sent.await?.1;
            client.exchange(Exchange::new(Method::POST, format!("{path}?uploadId=1")), None).await?;
            (1, sent)
        }
        Work::GetSmall(n, c) => {
            fan_out(n, c, move |i| {
                let client = client.clone();
                async move { client.exchange(Exchange::new(Method::GET, object(&small_key(i))), None).await }
            })
            .await?
        }
        Work::PutSmall(n, c) => {
            let body = content(SMALL);
            fan_out(n, c, move |i| {
                let (client, mut put) = (client.clone(), Exchange::new(Method::PUT, object(&small_key(i))));
                put.body = body.clone();
                async move { client.exchange(put, None).await.map(|_| SMALL) }
            })
            .await?
        }
        Work::Head(n, c) => {
            fan_out(n, c, move |i| {
                let client = client.clone();
                async move { client.exchange(Exchange::new(Method::HEAD, object(&small_key(i))), None).await }
            })
            .await?
        }
        Work::List(n) => {
            for page in 0..n.div_ceil(1000) {
                let path = format!("/{}?list-type=2&continuation-token={}", list_bucket(n), page * 1000);
                client.exchange(Exchange::new(Method::GET, path), None).await?;
            }
            (n, 0)
        }
        Work::Presign(_) | Work::Foreign => return Ok(None),
    }))
}

fn object(key: &str) -> String {
    format!("/{BUCKET}/{key}")
}
