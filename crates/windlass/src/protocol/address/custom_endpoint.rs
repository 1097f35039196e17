//! Custom endpoints: parsing and comparison with bucket names.

use std::net::{IpAddr, Ipv6Addr};

use super::host::{self, address_of, ends_in_number, without_root};
use crate::protocol::encode;
use crate::{Error, ErrorKind, Result};

/// An endpoint other than the default of the region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CustomEndpoint {
    pub(crate) secure: bool,
    /// The host in lower case, with the port unless it is the default of the scheme.
    pub(super) authority: String,
    /// Empty, or a path with a leading and without a trailing slash.
    pub(super) base_path: String,
    /// The suffix of all hosts of a known service, which also determines the part before it.
    service: Option<String>,
}

impl CustomEndpoint {
    /// Parses a URL such as `https://storage.example.com:9000/base`. An IP address is normalised.
    pub(crate) fn parse(url: &str) -> Result<Self> {
        let refuse = |why: &str| {
            Err(Error::new(
                ErrorKind::InvalidEndpoint,
                format!("invalid endpoint {:?}: {why}", redacted(url)),
            ))
        };
        let Some((scheme, rest)) = url.split_once("://") else {
            return refuse("it must start with https:// or http://");
        };
        let secure = match scheme.to_ascii_lowercase().as_str() {
            "https" => true,
            "http" => false,
            _ => return refuse("it must start with https:// or http://"),
        };
        if rest.contains(['?', '#']) {
            return refuse("it must not have a query or fragment");
        }
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        if authority.contains('@') {
            return refuse("it must not contain a user name");
        }
        let Ok(parsed) = authority.parse::<http::uri::Authority>() else {
            return refuse("the host is not valid");
        };
        let host = parsed.host().to_ascii_lowercase();
        if host.is_empty() || authority.ends_with(':') {
            return refuse("the host or the port is missing");
        }
        let address = address_of(&host);
        if !is_host(&host) || (address.is_none() && ends_in_number(&host)) {
            return refuse("the host is not valid");
        }
        if parsed.port_u16().is_none() && parsed.as_str().len() != host.len() {
            return refuse("the port is not valid");
        }
        let host = match address {
            Some(IpAddr::V4(address)) => address.to_string(),
            Some(IpAddr::V6(address)) => format!("[{address}]"),
            None => host,
        };
        let authority = match parsed.port_u16() {
            Some(443) if secure => host,
            Some(80) if !secure => host,
            Some(port) => format!("{host}:{port}"),
            None => host,
        };
        let path = path.trim_end_matches('/');
        let base_path =
            if path.is_empty() { String::new() } else { format!("/{}", encode::path(&encode::decode(path))) };
        Ok(Self { secure, authority, base_path, service: None })
    }

    /// Marks the endpoint as that of a known service, all of whose hosts end with `suffix`.
    pub(crate) fn of_service(mut self, suffix: &str) -> Self {
        self.service = Some(suffix.to_owned());
        self
    }

    /// Rejects a bucket that the endpoint of a known service already contains.
    pub(super) fn refuse_bucket(&self, bucket: &str) -> Result<()> {
        let Some(service) = self.service.as_ref().filter(|_| !bucket.is_empty()) else { return Ok(()) };
        let Some(plain) = self.without_bucket(bucket, |rest| is_whole_host(rest, service)) else {
            return Ok(());
        };
        let message = format!(
            "the endpoint {} already contains the bucket {bucket:?}: use {plain} as the endpoint",
            self.url()
        );
        Err(Error::new(ErrorKind::InvalidEndpoint, message))
    }

    /// Returns the endpoint without the bucket, if it appears to contain it.
    pub(crate) fn without_bucket_name(&self, bucket: &str) -> Option<String> {
        self.without_bucket(bucket, |rest| rest.contains('.') || host::is_localhost(rest))
    }

    /// `is_host` says whether the rest of the host is a valid one.
    fn without_bucket(&self, bucket: &str, is_host: impl Fn(&str) -> bool) -> Option<String> {
        let host = self.host();
        let labels = (!self.is_ip_address()).then(|| host.split_at_checked(bucket.len())).flatten();
        let rest = labels
            .filter(|(label, _)| label.eq_ignore_ascii_case(bucket))
            .and_then(|(_, rest)| rest.strip_prefix('.'))
            .filter(|rest| is_host(without_root(rest)));
        let path = self.path_before(bucket);
        if rest.is_none() && path.is_none() {
            return None;
        }
        let port = self.authority.get(host.len()..).unwrap_or_default();
        let scheme = if self.secure { "https" } else { "http" };
        let path = path.unwrap_or(&self.base_path);
        Some(format!("{scheme}://{}{port}{path}", rest.unwrap_or(host)))
    }

    /// Returns the path before the segment that equals the bucket.
    fn path_before(&self, bucket: &str) -> Option<&str> {
        let encoded = encode::path(bucket);
        let mut end = 0;
        for segment in self.base_path.split('/').skip(1) {
            if segment == encoded {
                return self.base_path.get(..end);
            }
            end += 1 + segment.len();
        }
        None
    }

    /// Returns the host without the port.
    pub(crate) fn host(&self) -> &str {
        match self.authority.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => host,
            _ => &self.authority,
        }
    }

    /// Whether the host is the local machine.
    pub(crate) fn is_loopback(&self) -> bool {
        host::is_loopback(self.host())
    }

    /// Whether the host is an IP address, which cannot have a prefix.
    pub(super) fn is_ip_address(&self) -> bool {
        address_of(self.host()).is_some()
    }

    /// Returns the normalised URL.
    pub(crate) fn url(&self) -> String {
        format!("{}://{}{}", if self.secure { "https" } else { "http" }, self.authority, self.base_path)
    }
}

/// Whether a host of a known service is complete: it has a label before the suffix, on AWS the label of S3.
fn is_whole_host(rest: &str, suffix: &str) -> bool {
    let before = rest.strip_suffix(suffix).and_then(|before| before.strip_suffix('.'));
    before.is_some_and(|before| !host::is_of_aws(suffix) || before.starts_with("s3"))
}

/// Whether this is a bracketed address, or a name or address without brackets.
fn is_host(host: &str) -> bool {
    match host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(address) => address.parse::<Ipv6Addr>().is_ok(),
        None => host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_')),
    }
}

/// Returns an endpoint for display, without password, query and fragment.
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
    fn an_endpoint_is_shown_without_secrets() {
        for url in
            ["https://user:hunter2@h", "https://h?X-Amz-Signature=hunter2", "https://u:hunter2@h/p@q#hunter2"]
        {
            let error = CustomEndpoint::parse(url).unwrap_err();
            assert!(!format!("{error} {error:?} {}", redacted(url)).contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn invalid_endpoints_are_errors() {
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
            "https://256.0.0.1",
            "https://1.2.3.4.5",
        ] {
            assert_eq!(CustomEndpoint::parse(text).unwrap_err().kind(), ErrorKind::InvalidEndpoint, "{text}");
        }
    }

    #[test]
    fn an_address_is_normalised() {
        for (url, expected) in [
            ("http://127.1:9000/", "http://127.0.0.1:9000"),
            ("http://0x7F000001", "http://127.0.0.1"),
            ("http://[0:0:0:0:0:0:0:1]:80", "http://[::1]"),
            ("https://[::FFFF:127.0.0.1]:9000/b", "https://[::ffff:127.0.0.1]:9000/b"),
            ("http://LOCALHOST.:9000", "http://localhost.:9000"),
        ] {
            let endpoint = CustomEndpoint::parse(url).unwrap();
            assert_eq!(endpoint.url(), expected);
            assert!(endpoint.is_loopback(), "{url}");
        }
    }

    #[test]
    fn a_bucket_in_the_endpoint_is_found() {
        let plain = |url: &str, bucket| CustomEndpoint::parse(url).unwrap().without_bucket_name(bucket);
        for (url, expected) in [
            ("https://bkt.s3.example.com", "https://s3.example.com"),
            ("https://BKT.s3.example.com:9000/base", "https://s3.example.com:9000/base"),
            ("https://bkt.localhost:9000", "https://localhost:9000"),
            ("https://s3.example.com/bkt/", "https://s3.example.com"),
            ("https://s3.example.com/base/bkt/x", "https://s3.example.com/base"),
            ("https://bkt.s3.example.com/bkt", "https://s3.example.com"),
            ("http://127.0.0.1:9000/bkt", "http://127.0.0.1:9000"),
        ] {
            assert_eq!(plain(url, "bkt").as_deref(), Some(expected), "{url}");
        }
        for url in
            ["https://bkt.com", "https://bkts.example.com", "https://a.bkt.example.com", "https://h/bkts"]
        {
            assert_eq!(plain(url, "bkt"), None, "{url}");
        }
        assert_eq!(plain("http://10.0.0.1", "10"), None);
    }
}
