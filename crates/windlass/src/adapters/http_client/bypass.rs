//! `NO_PROXY`: the hosts that bypass the proxy. An invalid entry matches nothing.

use std::net::IpAddr;

use crate::protocol::address::host::{address_of, without_root};

/// The hosts that bypass the proxy.
#[derive(Debug)]
pub(super) struct Bypass(Vec<Entry>);

#[derive(Debug, PartialEq, Eq)]
struct Entry {
    hosts: Hosts,
    /// None matches all ports.
    port: Option<u16>,
}

#[derive(Debug, PartialEq, Eq)]
enum Hosts {
    /// The addresses with this network prefix.
    Network(IpAddr, u8),
    /// A name and all its subdomains.
    Domain(String),
    /// Names and addresses in their textual form; `*` matches any characters.
    Pattern(String),
}

impl Bypass {
    /// Parses a list separated by commas or spaces.
    pub(super) fn parse(list: &str) -> Self {
        let entries = list.split(|c: char| c == ',' || c.is_whitespace()).filter(|entry| !entry.is_empty());
        Self(entries.filter_map(|entry| Entry::parse(&entry.to_ascii_lowercase())).collect())
    }

    /// Whether requests to `host` (IPv6 in brackets) bypass the proxy.
    pub(super) fn covers(&self, host: &str, port: u16) -> bool {
        if self.0.is_empty() {
            return false;
        }
        let name = without_root(host).to_ascii_lowercase();
        let address = address_of(host).map(|address| address.to_canonical());
        let matches = |entry: &Entry| match &entry.hosts {
            Hosts::Network(network, bits) => address.is_some_and(|address| is_in(address, *network, *bits)),
            Hosts::Domain(domain) => {
                address.is_none()
                    && name
                        .strip_suffix(domain.as_str())
                        .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
            }
            Hosts::Pattern(pattern) => fits(pattern.as_bytes(), name.as_bytes()),
        };
        self.0.iter().any(|entry| entry.port.is_none_or(|only| only == port) && matches(entry))
    }
}

impl Entry {
    fn parse(text: &str) -> Option<Self> {
        if let Some(hosts) = Hosts::parse(text) {
            return Some(Self { hosts, port: None });
        }
        let (host, port) = text.rsplit_once(':')?;
        Some(Self { hosts: Hosts::parse(host)?, port: Some(port.parse().ok()?) })
    }
}

impl Hosts {
    fn parse(text: &str) -> Option<Self> {
        if let Some((network, bits)) = text.split_once('/') {
            let (network, bits) = (address_of(network)?, bits.parse().ok()?);
            return (bits <= width(network)).then_some(Self::Network(network, bits));
        }
        if let Some(address) = address_of(text) {
            let address = address.to_canonical();
            return Some(Self::Network(address, width(address)));
        }
        if text.contains([':', '[', ']']) {
            return None;
        }
        if text.contains('*') {
            return Some(Self::Pattern(without_root(text).to_owned()));
        }
        let domain = without_root(text.strip_prefix('.').unwrap_or(text));
        (!domain.is_empty()).then(|| Self::Domain(domain.to_owned()))
    }
}

fn width(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

fn is_in(address: IpAddr, network: IpAddr, bits: u8) -> bool {
    let number = |address: IpAddr| match address {
        IpAddr::V4(address) => u128::from(address.to_bits()),
        IpAddr::V6(address) => address.to_bits(),
    };
    let rest = u32::from(width(network).saturating_sub(bits));
    let first = |address| number(address).checked_shr(rest).unwrap_or(0);
    address.is_ipv4() == network.is_ipv4() && first(address) == first(network)
}

/// Whether a text matches the pattern, in which `*` matches any characters.
fn fits(pattern: &[u8], text: &[u8]) -> bool {
    let (mut at, mut star) = (0, None);
    let mut pattern_at = 0;
    while at < text.len() {
        match pattern.get(pattern_at) {
            Some(b'*') => {
                star = Some((pattern_at, at));
                pattern_at += 1;
            }
            Some(byte) if text.get(at) == Some(byte) => {
                pattern_at += 1;
                at += 1;
            }
            // Backtrack: the last star matches one more character.
            _ => match &mut star {
                Some((position, taken)) => {
                    *taken += 1;
                    at = *taken;
                    pattern_at = *position + 1;
                }
                None => return false,
            },
        }
    }
    pattern.get(pattern_at..).unwrap_or_default().iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_without_a_proxy() {
        let covers = |list: &str, origin: &str| {
            let (host, port) = origin.rsplit_once(':').unwrap();
            Bypass::parse(list).covers(host, port.parse().unwrap())
        };
        for (list, origins) in [
            ("*", &["s3.test:443", "127.0.0.1:9000", "[::1]:9000"][..]),
            ("a.test,*", &["[2001:db8::1]:1"]),
            ("s3.test", &["s3.test:443", "S3.TEST:80", "b.s3.test:443", "s3.test.:443"]),
            ("s3.test.", &["s3.test:443"]),
            (" .s3.test , x", &["b.s3.test:1", "s3.test:1", "x:1"]),
            ("a.test b.test", &["b.test:1"]),
            ("*.s3.test", &["b.s3.test:1", "a.b.s3.test:1"]),
            ("*s3.test", &["s3.test:1", "xs3.test:1"]),
            ("s3.*.test", &["s3.eu.test:1"]),
            ("s3.test:9000", &["s3.test:9000", "b.s3.test:9000"]),
            ("*.s3.test:9000", &["b.s3.test:9000"]),
            ("*:9000", &["s3.test:9000", "10.0.0.1:9000"]),
            ("10.0.0.1", &["10.0.0.1:1", "[::ffff:10.0.0.1]:1"]),
            ("10.0.0.1:9000", &["10.0.0.1:9000"]),
            ("127.1", &["127.0.0.1:1"]),
            ("10.0.0.0/8", &["10.255.0.1:1"]),
            ("10.1.2.3/0", &["192.0.2.1:1"]),
            ("10.*", &["10.1.2.3:1"]),
            ("[::1]", &["[::1]:1", "[0:0:0:0:0:0:0:1]:1"]),
            ("::1", &["[::1]:1"]),
            ("[::1]:9000", &["[::1]:9000"]),
            ("fd00::/8", &["[fd12::1]:1"]),
            ("[fd00::]/8", &["[fd12::1]:1"]),
        ] {
            for origin in origins {
                assert!(covers(list, origin), "{list} {origin}");
            }
        }
        for (list, origins) in [
            ("", &["s3.test:1"][..]),
            (",", &["s3.test:1"]),
            (".", &["s3.test:1"]),
            ("s3.test", &["xs3.test:1", "test:1", "s3.test.org:1"]),
            ("*.s3.test", &["s3.test:1", "xs3.test:1"]),
            ("s3.test:9000", &["s3.test:9001", "s3.test:443"]),
            ("s3.test:abc", &["s3.test:443"]),
            ("10.0.0.1", &["10.0.0.11:1", "x.10.0.0.1.test:1"]),
            ("1", &["10.0.0.1:1"]),
            ("0.0.1", &["10.0.0.1:1"]),
            ("10.0.0.0/33", &["10.0.0.0:1"]),
            ("10.0.0.0/x", &["10.0.0.0:1"]),
            ("10.0.0.0/8", &["11.0.0.1:1", "[::1]:1", "10.test:1"]),
            ("[::1]:9000", &["[::1]:9001"]),
            ("::1", &["[::2]:1"]),
            ("::/0", &["10.0.0.1:1"]),
        ] {
            for origin in origins {
                assert!(!covers(list, origin), "{list} {origin}");
            }
        }
    }
}
