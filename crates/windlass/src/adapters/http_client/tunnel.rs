//! A tunnel through a proxy: the CONNECT request and the proxy's response.

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

use super::failures::settled;
use super::proxy::Proxy;
use crate::error::RetryClass;
use crate::ports::{Origin, TransportError, TransportErrorKind};
use crate::{Error, ErrorKind};

/// Requests a tunnel from `proxy` to `origin`. Data that is written to `wire` afterwards is sent to `origin`.
pub(super) async fn open(
    proxy: &Proxy,
    origin: &Origin,
    wire: &mut (impl AsyncRead + AsyncWrite + Unpin),
) -> Result<(), TransportError> {
    let target = format!("{}:{}", origin.host(), origin.port());
    let mut request = format!("CONNECT {target} HTTP/1.1\r\nhost: {target}\r\n").into_bytes();
    if let Some(authorization) = proxy.authorization() {
        request.extend_from_slice(b"proxy-authorization: ");
        request.extend_from_slice(authorization.as_bytes());
        request.extend_from_slice(b"\r\n");
    }
    request.extend_from_slice(b"\r\n");
    wire.write_all(&request).await.map_err(failed)?;
    wire.flush().await.map_err(failed)?;
    let mut read = Vec::with_capacity(512);
    loop {
        if let Some(end) = end_of_head(&read) {
            let (head, after) = read.split_at_checked(end).unwrap_or((&read, &[]));
            let head = Head::parse(head).ok_or_else(|| failed(no_http(&read)))?;
            match head.status {
                // An informational response: the final one follows.
                100..=199 => {
                    let after = after.to_vec();
                    read = after;
                    continue;
                }
                // The service sends only after the client, so no data may follow the proxy's head.
                200..=299 if after.is_empty() => return Ok(()),
                200..=299 => return Err(failed("the proxy sent data after the head of its response")),
                _ => return Err(head.refusal(proxy, &target)),
            }
        }
        if !is_http_so_far(&read) {
            return Err(failed(no_http(&read)));
        }
        if read.len() > LARGEST_HEAD {
            return Err(failed("the head of the proxy's response is too large"));
        }
        if wire.read_buf(&mut read).await.map_err(failed)? == 0 {
            return Err(failed("the proxy closed the connection"));
        }
    }
}

/// Whether the bytes can be the start of an HTTP/1 response.
fn is_http_so_far(bytes: &[u8]) -> bool {
    let start = b"HTTP/1.";
    bytes.iter().zip(start).all(|(byte, expected)| byte == expected)
}

/// A proxy with an unparseable response sends nothing more, and waiting for the end of its head would hide the reason.
fn no_http(bytes: &[u8]) -> &'static str {
    if matches!(bytes, [0x15 | 0x16, 3, ..]) {
        "the proxy expects TLS: use https:// in its URL"
    } else {
        "the proxy does not speak HTTP"
    }
}

pub(super) fn failed(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> TransportError {
    TransportError::new(TransportErrorKind::Proxy, error)
}

/// The error of a request through `proxy` if the proxy itself responds with 407.
pub(super) fn needs_password(proxy: &Proxy, origin: &Origin, head: &http::HeaderMap) -> TransportError {
    let schemes =
        head.get_all(http::header::PROXY_AUTHENTICATE).iter().filter_map(|value| value.to_str().ok());
    let head = Head {
        status: 407,
        reason: "Proxy Authentication Required".to_owned(),
        schemes: schemes.filter_map(first_word).collect(),
    };
    head.refusal(proxy, &origin.authority)
}

const LARGEST_HEAD: usize = 16 << 10;

/// The end of the head at the start of the bytes.
fn end_of_head(bytes: &[u8]) -> Option<usize> {
    let after = |end: &[u8]| Some(bytes.windows(end.len()).position(|window| window == end)? + end.len());
    [after(b"\r\n\r\n"), after(b"\n\n")].into_iter().flatten().min()
}

/// The content of the proxy's response head.
struct Head {
    status: u16,
    reason: String,
    /// The authentication schemes that the proxy offers.
    schemes: Vec<String>,
}

impl Head {
    fn parse(head: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(head);
        let mut lines = text.lines();
        let (_, line) = lines.next()?.strip_prefix("HTTP/1.")?.split_once(' ')?;
        let (status, reason) = line.trim_start().split_once(' ').unwrap_or((line.trim(), ""));
        let status = status.parse().ok().filter(|_| status.len() == 3 && !status.starts_with('+'))?;
        let schemes = lines
            .filter_map(|line| line.split_once(':'))
            .filter(|(name, _)| name.trim().eq_ignore_ascii_case("proxy-authenticate"))
            .filter_map(|(_, value)| first_word(value))
            .collect();
        Some(Self { status, reason: reason.trim().chars().take(LONGEST_REASON).collect(), schemes })
    }

    fn refusal(&self, proxy: &Proxy, target: &str) -> TransportError {
        let (status, reason) = (self.status, self.reason.escape_debug().to_string());
        let reason = if reason.is_empty() { String::new() } else { format!(" {reason}") };
        let mut message = format!("the proxy {proxy} refused the tunnel to {target}: {status}{reason}");
        if status == 407 {
            message.push_str(&self.where_the_password_goes(proxy));
        }
        // A proxy that denies access would deny it again.
        let may_help = status >= 500 || matches!(status, 408 | 429);
        let class = may_help.then_some(RetryClass::Transient);
        let error = Error::new(ErrorKind::ConnectFailed, message).with_retry_class(class);
        settled(TransportErrorKind::Proxy, error)
    }

    fn where_the_password_goes(&self, proxy: &Proxy) -> String {
        let takes_basic =
            self.schemes.is_empty() || self.schemes.iter().any(|s| s.eq_ignore_ascii_case("basic"));
        let scheme = if proxy.secure { "https" } else { "http" };
        let port = proxy.port;
        if !takes_basic {
            let schemes = self.schemes.join(" or ").escape_debug().to_string();
            return format!("; it requires {schemes}, but only Basic is supported");
        }
        let wrong = if proxy.authorization().is_some() { "; the password is not accepted" } else { "" };
        format!(
            "{wrong}; set percent-encoded user and password in the proxy's URL (HTTPS_PROXY, HTTP_PROXY or \
             ALL_PROXY): {scheme}://user:password@{}:{port}",
            proxy.host
        )
    }
}

const LONGEST_REASON: usize = 128;

fn first_word(value: &str) -> Option<String> {
    let word = value.split([' ', ',']).find(|word| !word.trim().is_empty())?;
    Some(word.trim().chars().take(32).collect())
}
