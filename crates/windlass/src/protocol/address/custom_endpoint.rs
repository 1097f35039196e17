//! An endpoint that the user named, taken apart.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::protocol::encode;
use crate::{Error, ErrorKind, Result};

/// A service other than that of the region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CustomEndpoint {
    pub(crate) secure: bool,
    /// Host in lower case, and the port where it is not the scheme's own.
    pub(super) authority: String,
    /// Empty, or a path that begins with a slash and does not end in one.
    pub(super) base_path: String,
}

impl CustomEndpoint {
    /// Reads a URL such as `https://storage.example.com:9000/base`.
    pub(crate) fn parse(url: &str) -> Result<Self> {
        let refuse = |why: &str| {
            Err(Error::new(
                ErrorKind::InvalidEndpoint,
                format!("{:?} is not an endpoint: {why}", redacted(url)),
            ))
        };
        let Some((scheme, rest)) = url.split_once("://") else {
            return refuse("it does not begin with https:// or http://");
        };
        let secure = match scheme.to_ascii_lowercase().as_str() {
            "https" => true,
            "http" => false,
            _ => return refuse("it does not begin with https:// or http://"),
        };
        if rest.contains(['?', '#']) {
            return refuse("it has a query or a fragment");
        }
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        if authority.contains('@') {
            return refuse("it holds a user name");
        }
        let Ok(parsed) = authority.parse::<http::uri::Authority>() else {
            return refuse("the host is not valid");
        };
        let host = parsed.host().to_ascii_lowercase();
        if host.is_empty() || authority.ends_with(':') {
            return refuse("the host or the port is missing");
        }
        if !is_host(&host) {
            return refuse("the host is not valid");
        }
        let authority = match parsed.port_u16() {
            Some(443) if secure => host,
            Some(80) if !secure => host,
            Some(port) => format!("{host}:{port}"),
            None if parsed.as_str().len() == host.len() => host,
            None => return refuse("the port is not valid"),
        };
        let path = path.trim_end_matches('/');
        let base_path =
            if path.is_empty() { String::new() } else { format!("/{}", encode::path(&encode::decode(path))) };
        Ok(Self { secure, authority, base_path })
    }

    /// The host without the port.
    pub(crate) fn host(&self) -> &str {
        match self.authority.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => host,
            _ => &self.authority,
        }
    }

    /// Whether the host is this machine.
    pub(crate) fn is_loopback(&self) -> bool {
        let host = self.host();
        host == "localhost"
            || host.ends_with(".localhost")
            || host == "[::1]"
            || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
    }

    /// Whether the host is an address, before which no label can stand.
    pub(super) fn is_ip_address(&self) -> bool {
        let host = self.host();
        host.starts_with('[') || host.parse::<Ipv4Addr>().is_ok()
    }

    /// The URL in its plain form.
    pub(crate) fn url(&self) -> String {
        format!("{}://{}{}", if self.secure { "https" } else { "http" }, self.authority, self.base_path)
    }
}

/// Whether this is an address in brackets, or a name or address without.
fn is_host(host: &str) -> bool {
    match host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(address) => address.parse::<Ipv6Addr>().is_ok(),
        None => host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_')),
    }
}

/// An endpoint as it may be shown: without a password, a query or a fragment.
pub(crate) fn redacted(url: &str) -> String {
    let shown = url.split(['?', '#']).next().unwrap_or_default();
    let (scheme, rest) = shown.split_once("://").unwrap_or(("", shown));
    let rest =
        rest.rsplit_once('@').map_or_else(|| rest.to_owned(), |(_, host)| format!("(redacted)@{host}"));
    if scheme.is_empty() { rest } else { format!("{scheme}://{rest}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_of_an_endpoint() {
        for url in
            ["https://user:hunter2@h", "https://h?X-Amz-Signature=hunter2", "https://u:hunter2@h/p@q#hunter2"]
        {
            let error = CustomEndpoint::parse(url).unwrap_err();
            assert!(!format!("{error} {error:?} {}", redacted(url)).contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn what_is_no_endpoint() {
        for text in [
            "",
            "localhost:9000",
            "ftp://x",
            "https://",
            "https://a b",
            "https://u:p@h",
            "https://h?x",
            "https://h:",
            "https://h:65536",
            "https://h:99999/base",
            "http://[::1]:70000",
            "https://h[2001:db8::1]9000",
            "https://[h]",
            "https://a~b",
        ] {
            assert_eq!(CustomEndpoint::parse(text).unwrap_err().kind(), ErrorKind::InvalidEndpoint, "{text}");
        }
    }
}
