//! Building of requests, and whole exchanges over a scripted transport.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use serde_json::{Value, json};
use windlass::operations::ListObjectsV2;
use windlass::ports::{HttpBody, TransportErrorKind};
use windlass::testing::{ManualClock, MockTransport};
use windlass::{Client, RequestOptions};

use crate::answer::{Answer, Outcome, unsupported};
use crate::client::{Bench, bench};
use crate::input::{Input, base64_bytes, headers};
use crate::operations::{Visitor, visit};
use crate::output::Described;

pub(crate) fn build(mut input: Input) -> Outcome {
    let name = input.required("operation")?;
    let params = input.object("params").unwrap_or_default();
    let expires = input.number("presign_expires");
    let Bench { client, .. } = bench(&mut input)?;
    input.end()?;
    block_on(async {
        match expires {
            Some(expires) => visit(&name, params, Presign { client, expires })?.await,
            None => visit(&name, params, Sign { client })?.await,
        }
    })
}

struct Sign {
    client: Client,
}

impl Visitor for Sign {
    type Output = Answering;

    fn visit<O: Described>(self, operation: O, options: RequestOptions) -> Answering {
        Box::pin(async move {
            let request = self.client.request(operation).with_options(options).sign().await?;
            let body = match request.body() {
                HttpBody::Bytes(bytes) => STANDARD.encode(bytes),
                HttpBody::Stream { .. } => return Err(unsupported("bodies of more than 256 KiB")),
            };
            Ok(Answer::ok(json!({
                "method": request.method().as_str(),
                "url": request.url(),
                "headers": header_list(request.headers()),
                "body_base64": body,
            })))
        })
    }
}

struct Presign {
    client: Client,
    expires: u64,
}

impl Visitor for Presign {
    type Output = Answering;

    fn visit<O: Described>(self, operation: O, options: RequestOptions) -> Answering {
        Box::pin(async move {
            let request = self
                .client
                .request(operation)
                .with_options(options)
                .presign(Duration::from_secs(self.expires))
                .await?;
            Ok(Answer::ok(json!({
                "method": request.method().as_str(),
                "url": request.url(),
                "headers": header_list(request.headers()),
            })))
        })
    }
}

pub(crate) fn run(mut input: Input) -> Outcome {
    let name = input.required("operation")?;
    let params = input.object("params").unwrap_or_default();
    let Bench { client, transport, clock } = bench(&mut input)?;
    script(&transport, &mut input)?;
    let paginate = input.flag("paginate") == Some(true);
    input.end()?;
    let outcome = block_on(async {
        match paginate {
            true if name == "ListObjectsV2" => visit(&name, params, Paginate { client })?.await,
            true => Err(unsupported(format!("pages of {name}"))),
            false => visit(&name, params, Run { client })?.await,
        }
    });
    let trace = trace(&transport, &clock);
    Ok(outcome.unwrap_or_else(|answer| answer).with_trace(trace))
}

struct Run {
    client: Client,
}

impl Visitor for Run {
    type Output = Answering;

    fn visit<O: Described>(self, operation: O, options: RequestOptions) -> Answering {
        Box::pin(async move {
            let output = self.client.request(operation).with_options(options).await?;
            let (output, response) = O::describe(output).await?;
            Ok(Answer::ok(json!({
                "output": output,
                "request_id": response.request_id,
                "host_id": response.extended_request_id,
            })))
        })
    }
}

struct Paginate {
    client: Client,
}

impl Visitor for Paginate {
    type Output = Answering;

    fn visit<O: Described>(self, operation: O, options: RequestOptions) -> Answering {
        Box::pin(async move {
            let operation: Box<dyn std::any::Any> = Box::new(operation);
            let Ok(operation) = operation.downcast::<ListObjectsV2>() else {
                return Err(unsupported("pages of this operation"));
            };
            let mut pages = self.client.request(*operation).with_options(options).pages();
            let mut all = json!({"Contents": [], "CommonPrefixes": []});
            while let Some(page) = pages.try_next().await? {
                let (page, _) = ListObjectsV2::describe(page).await?;
                for name in ["Contents", "CommonPrefixes"] {
                    if let (Some(all), Some(page)) = (all[name].as_array_mut(), page[name].as_array()) {
                        all.extend_from_slice(page);
                    }
                }
            }
            Ok(Answer::ok(json!({"output": all, "request_id": null, "host_id": null})))
        })
    }
}

type Answering = std::pin::Pin<Box<dyn Future<Output = Outcome>>>;

pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    #[expect(clippy::expect_used, reason = "building a runtime without threads and sockets cannot fail")]
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    runtime.block_on(future)
}

fn script(transport: &MockTransport, input: &mut Input) -> Result<(), Answer> {
    for response in input.list("responses") {
        let mut response = Input::new(&response);
        if let Some(error) = response.text("error") {
            transport.fail(failure(&error)?);
            response.end()?;
            continue;
        }
        let status = u16::try_from(response.number("status").unwrap_or(200)).unwrap_or(200);
        let headers = headers(response.take("headers"));
        let headers: Vec<(&str, &str)> =
            headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let body = match (response.text("body"), response.take("body_base64")) {
            (Some(text), _) => text.into_bytes(),
            (None, Some(encoded)) => base64_bytes(&encoded)?,
            (None, None) => Vec::new(),
        };
        if response.number("body_length").is_some_and(|length| length != body.len() as u64) {
            return Err(unsupported("a body with a wrong length"));
        }
        transport.reply_with(status, &headers, body);
        response.end()?;
    }
    if input.flag("repeat_last") == Some(true) {
        transport.repeat_last();
    }
    Ok(())
}

fn failure(kind: &str) -> Result<TransportErrorKind, Answer> {
    Ok(match kind {
        "connect_timeout" => TransportErrorKind::ConnectTimeout,
        "connect_failed" => TransportErrorKind::Connect,
        "connection_closed" | "body_truncated" | "body_broken" => TransportErrorKind::Interrupted,
        "read_timeout" => TransportErrorKind::ReadTimeout,
        "tls" => TransportErrorKind::Tls,
        "proxy" => TransportErrorKind::Proxy,
        "other" => TransportErrorKind::Other,
        other => return Err(unsupported(format!("the transport error {other}"))),
    })
}

fn trace(transport: &MockTransport, clock: &ManualClock) -> Value {
    let requests = transport.requests().into_iter().map(|request| {
        json!({
            "method": request.method,
            "url": request.url,
            "headers": header_list(&request.headers),
            "body_length": request.body.len(),
            "body_base64": STANDARD.encode(&request.body),
        })
    });
    let sleeps = clock.backoffs().into_iter().map(|delay| delay.as_secs_f64());
    json!({"requests": requests.collect::<Vec<_>>(), "sleeps_s": sleeps.collect::<Vec<_>>()})
}

fn header_list(headers: &HeaderMap) -> Value {
    let pairs =
        headers.iter().map(|(name, value)| json!([name.as_str(), String::from_utf8_lossy(value.as_bytes())]));
    pairs.collect()
}
