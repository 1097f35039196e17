//! Proxy selection from the standard environment variables. An invalid URL is an error at once; a proxy of an
//! unsupported kind fails the requests that would use it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use zeroize::Zeroizing;

use super::bypass::Bypass;
use super::failures::{invalid_setting, settled};
use crate::ports::{Origin, TransportError, TransportErrorKind};
use crate::protocol::address::host::address_of;
use crate::{Error, ErrorKind, Result};

/// The proxies in the form of the variables `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`. Nothing is read
/// from the environment here.
///
/// A proxy is `http://` or `https://`, `[user:password@]host[:port]`; special characters in user and password are
/// percent-encoded. SOCKS is not supported.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProxySettings {
    /// The proxy for `http` endpoints.
    pub http: Option<String>,
    /// The proxy for `https` endpoints.
    pub https: Option<String>,
    /// The fallback for `http` and `https`.
    pub all: Option<String>,
    /// The hosts that bypass the proxy, separated by commas: hosts (`s3.example.com`, with all subdomains),
    /// `*.example.com` (subdomains only), addresses, networks (`10.0.0.0/8`), each with an optional port, and `*` for
    /// all hosts.
    pub no_proxy: Option<String>,
}

/// These URLs can contain passwords.
impl std::fmt::Debug for ProxySettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ProxySettings")
            .field("http", &self.http.is_some())
            .field("https", &self.https.is_some())
            .field("all", &self.all.is_some())
            .field("no_proxy", &self.no_proxy)
            .finish()
    }
}

/// The proxies of a transport.
#[derive(Debug)]
pub(super) struct Proxies {
    http: Option<Choice>,
    https: Option<Choice>,
    bypass: Bypass,
}

#[derive(Clone, Debug)]
enum Choice {
    Usable(Proxy),
    Unsupported { setting: &'static str, scheme: String },
}

impl Proxies {
    /// None if no proxy is set.
    pub(super) fn new(settings: &ProxySettings) -> Result<Option<Self>> {
        let all = read("ALL_PROXY", settings.all.as_deref())?;
        let http = read("HTTP_PROXY", settings.http.as_deref())?.or_else(|| all.clone());
        let https = read("HTTPS_PROXY", settings.https.as_deref())?.or(all);
        if http.is_none() && https.is_none() {
            return Ok(None);
        }
        let bypass = Bypass::parse(settings.no_proxy.as_deref().unwrap_or_default());
        Ok(Some(Self { http, https, bypass }))
    }

    /// The proxy for requests to `origin`; None if they need none.
    pub(super) fn of(&self, origin: &Origin) -> Result<Option<&Proxy>, TransportError> {
        let choice = if origin.secure { &self.https } else { &self.http };
        match choice.as_ref().filter(|_| !self.bypass.covers(origin.host(), origin.port())) {
            None => Ok(None),
            Some(Choice::Usable(proxy)) => Ok(Some(proxy)),
            Some(Choice::Unsupported { setting, scheme }) => {
                let kind = if scheme.starts_with("socks") { "SOCKS proxies are" } else { "such proxies are" };
                let message = format!(
                    "the proxy for {} ({setting}) is {scheme}://, and {kind} not supported: use an http:// or \
                     https:// proxy, or name the host in NO_PROXY",
                    origin.authority
                );
                let error = Error::new(ErrorKind::InvalidSetting, message);
                Err(settled(TransportErrorKind::Proxy, error))
            }
        }
    }
}

/// A proxy.
#[derive(Clone)]
pub(super) struct Proxy {
    /// Whether the connection to the proxy itself uses TLS.
    pub(super) secure: bool,
    /// IPv6 in brackets.
    pub(super) host: String,
    pub(super) port: u16,
    authorization: Option<HeaderValue>,
}

impl Proxy {
    pub(super) fn authorization(&self) -> Option<&HeaderValue> {
        self.authorization.as_ref()
    }
}

impl std::fmt::Debug for Proxy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Proxy({self})")
    }
}

/// The proxy without its password.
impl std::fmt::Display for Proxy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}://{}:{}", if self.secure { "https" } else { "http" }, self.host, self.port)
    }
}

/// Parses the URL of a proxy; an empty one means no proxy.
fn read(setting: &'static str, value: Option<&str>) -> Result<Option<Choice>> {
    let Some(value) = value.map(str::trim).filter(|value| !value.is_empty()) else { return Ok(None) };
    parse(setting, value).map(Some).map_err(|why| {
        // The value may contain a password, so the error does not repeat it.
        invalid_setting(format!(
            "the proxy in {setting} is not usable: {why}; expected http://[user:password@]host:port"
        ))
    })
}

fn parse(setting: &'static str, value: &str) -> Result<Choice, &'static str> {
    let (scheme, rest) = value.split_once("://").unwrap_or(("http", value));
    let scheme = scheme.to_ascii_lowercase();
    let (secure, usual_port) = match scheme.as_str() {
        "http" => (false, 80),
        "https" => (true, 443),
        _ if is_scheme(&scheme) => return Ok(Choice::Unsupported { setting, scheme }),
        _ => return Err("its scheme is not valid"),
    };
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    if !matches!(path, "" | "/") {
        return Err(
            "a path follows the host, or the password contains a '/', '?' or '#' that is not percent-encoded",
        );
    }
    let (user, host) = match authority.rsplit_once('@') {
        Some((user, host)) => (Some(user), host),
        None => (None, authority),
    };
    let (host, port) = match host.rsplit_once(':') {
        Some((before, port)) if !port.contains(']') => {
            (before, port.parse().ok().filter(|_| port.bytes().all(|byte| byte.is_ascii_digit())))
        }
        _ => (host, Some(usual_port)),
    };
    let port: u16 = port.filter(|port| *port > 0).ok_or("its port is not a number from 1 to 65535")?;
    let is_name =
        !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
    let is_ipv6 = host.starts_with('[') && address_of(host).is_some();
    if !is_name && !is_ipv6 {
        return Err("its host is missing or not valid");
    }
    let authorization = user.map(basic).transpose()?;
    Ok(Choice::Usable(Proxy { secure, host: host.to_ascii_lowercase(), port, authorization }))
}

/// A short word that cannot be a part of a password.
fn is_scheme(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    (1..=10).contains(&text.len()) && text.bytes().all(fits)
}

/// The header for `user:password`, with both percent-decoded.
fn basic(user: &str) -> Result<HeaderValue, &'static str> {
    let (name, password) = user.split_once(':').unwrap_or((user, ""));
    let mut plain = Zeroizing::new(Vec::with_capacity(user.len() + 1));
    push_decoded(&mut plain, name);
    plain.push(b':');
    push_decoded(&mut plain, password);
    let encoded = Zeroizing::new(format!("Basic {}", STANDARD.encode(plain.as_slice())));
    let mut value = HeaderValue::from_str(&encoded).map_err(|_| "its user name is not valid")?;
    value.set_sensitive(true);
    Ok(value)
}

fn push_decoded(out: &mut Vec<u8>, text: &str) {
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let decoded = (*byte == b'%')
            .then(|| str::from_utf8(after.get(..2)?).ok())
            .flatten()
            .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        out.push(decoded.unwrap_or(*byte));
        rest = if decoded.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxy(url: &str) -> Result<Proxy, String> {
        match read("ALL_PROXY", Some(url)) {
            Ok(Some(Choice::Usable(proxy))) => Ok(proxy),
            Ok(other) => Err(format!("{other:?}")),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn urls_of_proxies() {
        for (url, expected) in [
            ("http://proxy:3128", "http://proxy:3128"),
            ("http://proxy", "http://proxy:80"),
            ("https://Proxy.example.com/", "https://proxy.example.com:443"),
            ("HTTP://proxy:8080/", "http://proxy:8080"),
            ("proxy:3128", "http://proxy:3128"),
            (" 10.0.0.1 ", "http://10.0.0.1:80"),
            ("http://[::1]:3128", "http://[::1]:3128"),
            ("http://[::1]", "http://[::1]:80"),
            ("user:p@ss@proxy:1", "http://proxy:1"),
        ] {
            assert_eq!(proxy(url).unwrap().to_string(), expected, "{url}");
        }
    }

    #[test]
    fn users_of_proxies() {
        for (user, expected) in [
            ("us%65r:secret", "user:secret"),
            ("user", "user:"),
            (":secret", ":secret"),
            ("user:a:b", "user:a:b"),
            ("user:p%40ss%2f%", "user:p@ss/%"),
            ("user:%zz%C3%A9", "user:%zzé"),
        ] {
            let proxy = proxy(&format!("http://{user}@proxy:1")).unwrap();
            let value = proxy.authorization().unwrap();
            assert!(value.is_sensitive());
            assert_eq!(value, format!("Basic {}", STANDARD.encode(expected)).as_str(), "{user}");
            assert!(!format!("{proxy:?}").contains("secret"));
        }
    }

    #[test]
    fn the_error_of_an_invalid_proxy_hides_its_password() {
        for url in [
            "http://user:hush@proxy:abc",
            "http://proxy:99999",
            "http://proxy:0",
            "http://proxy:",
            "http://proxy:+80",
            "http://proxy:3128x",
            "http://user:hush@",
            "http://",
            "http://user:hu/sh@proxy:1",
            "http://user:1/hush@proxy",
            "http://user:hu#sh@proxy:1",
            "http://a b:1",
            "http://::1:3128",
            "http://[::1",
            "http://[proxy]:1",
            "user:hush@://proxy",
        ] {
            let error = proxy(url).unwrap_err();
            assert!(error.contains("ALL_PROXY is not usable") && !error.contains("hush"), "{url}: {error}");
        }
    }
}
