//! Classification of hosts: IP addresses in all notations, loopback names, hosts of AWS.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::partitions;

/// Returns the IP address that a host denotes. IPv6 can be in brackets; IPv4 can have the short, octal and
/// hexadecimal forms that operating systems accept (`127.1`, `0x7f000001`), so that checks apply to the
/// address of the connection. <https://url.spec.whatwg.org/#concept-ipv4-parser>
pub(crate) fn address_of(host: &str) -> Option<IpAddr> {
    let inside = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
    match inside.parse::<Ipv6Addr>() {
        Ok(address) => Some(address.into()),
        Err(_) => ipv4(host).map(IpAddr::from),
    }
}

/// Whether requests to this host never leave the machine.
pub(crate) fn is_loopback(host: &str) -> bool {
    match address_of(host) {
        Some(address) => address.to_canonical().is_loopback(),
        None => is_localhost(host),
    }
}

/// Whether the host is `localhost` or a name below it, which RFC 6761 maps to the local machine.
pub(crate) fn is_localhost(host: &str) -> bool {
    let host = without_root(host).as_bytes();
    let Some(start) = host.len().checked_sub(LOCALHOST.len()) else { return false };
    let (before, name) = host.split_at_checked(start).unwrap_or_default();
    name.eq_ignore_ascii_case(LOCALHOST) && (before.is_empty() || before.ends_with(b"."))
}

const LOCALHOST: &[u8] = b"localhost";

/// Whether a host belongs to AWS.
pub(crate) fn is_of_aws(host: &str) -> bool {
    let host = without_root(host).to_ascii_lowercase();
    let under =
        |suffix: &str| host.strip_suffix(suffix).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    partitions::dns_suffixes().chain(["api.aws"]).any(under)
}

/// Removes the trailing dot of a fully qualified name.
pub(crate) fn without_root(host: &str) -> &str {
    host.strip_suffix('.').unwrap_or(host)
}

/// Whether the last label of a host is a number, which makes it an IPv4 address.
pub(super) fn ends_in_number(host: &str) -> bool {
    let last = without_root(host).rsplit('.').next().unwrap_or_default();
    !last.is_empty() && (last.bytes().all(|byte| byte.is_ascii_digit()) || number(last).is_some())
}

fn ipv4(host: &str) -> Option<Ipv4Addr> {
    let host = without_root(host);
    let last = host.rsplit('.').next()?;
    let mut value = number(last)?;
    let labels = host.split('.').count();
    // The last number fills the remaining bytes.
    let filled = u32::try_from(5_usize.checked_sub(labels)?).ok()?;
    if value >= 256_u64.pow(filled) {
        return None;
    }
    for (label, place) in host.split('.').take(labels - 1).zip([24, 16, 8]) {
        value += number(label).filter(|byte| *byte < 256)? << place;
    }
    u32::try_from(value).ok().map(Ipv4Addr::from)
}

fn number(label: &str) -> Option<u64> {
    let (digits, radix) = match label.strip_prefix("0x").or_else(|| label.strip_prefix("0X")) {
        Some("") => return Some(0),
        Some(digits) => (digits, 16),
        None if label.len() > 1 && label.starts_with('0') => (label, 8),
        None => (label, 10),
    };
    let all_digits = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    u64::from_str_radix(digits, radix).ok().filter(|_| all_digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_notations_of_an_address_are_parsed() {
        for (host, address) in [
            ("127.0.0.1", "127.0.0.1"),
            ("127.1", "127.0.0.1"),
            ("127.0.1", "127.0.0.1"),
            ("127.0.0.1.", "127.0.0.1"),
            ("2130706433", "127.0.0.1"),
            ("0x7f.1", "127.0.0.1"),
            ("0X7F000001", "127.0.0.1"),
            ("0177.0.0.01", "127.0.0.1"),
            ("10.65535", "10.0.255.255"),
            ("[::1]", "::1"),
            ("[0:0:0:0:0:0:0:1]", "::1"),
            ("::1", "::1"),
            ("[::ffff:127.0.0.1]", "::ffff:127.0.0.1"),
        ] {
            assert_eq!(address_of(host), Some(address.parse().unwrap()), "{host}");
        }
        for host in [
            "",
            ".",
            "localhost",
            "256.1.1.1",
            "1.2.3.4.5",
            "127..1",
            "0x",
            "08.1",
            "1.2.3.256",
            "4294967296",
            "+1",
            "a.1",
        ] {
            let expected = (host == "0x").then_some(IpAddr::from([0, 0, 0, 0]));
            assert_eq!(address_of(host), expected, "{host}");
        }
    }

    #[test]
    fn loopback_hosts_are_recognised() {
        for host in [
            "localhost",
            "LocalHost.",
            "s3.localhost",
            "a.b.localhost.",
            "127.1",
            "127.255.255.254",
            "[::1]",
            "[0:0:0:0:0:0:0:1]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
        ] {
            assert!(is_loopback(host), "{host}");
        }
        for host in [
            "localhost.com",
            "notlocalhost",
            "localhost..",
            "128.0.0.1",
            "[::2]",
            "[::ffff:10.0.0.1]",
            "0.0.0.0",
            "",
        ] {
            assert!(!is_loopback(host), "{host}");
        }
    }

    #[test]
    fn hosts_of_aws_are_recognised() {
        for host in [
            "s3.amazonaws.com",
            "S3.EU-West-1.AmazonAWS.com.",
            "b.s3.cn-north-1.amazonaws.com.cn",
            "s3.eusc-de-east-1.amazonaws.eu",
            "s3.us-iso-east-1.c2s.ic.gov",
            "s3.us-east-1.api.aws",
        ] {
            assert!(is_of_aws(host), "{host}");
        }
        for host in ["notamazonaws.com", "amazonaws.com.example.org", "127.0.0.1", "localhost"] {
            assert!(!is_of_aws(host), "{host}");
        }
    }
}
