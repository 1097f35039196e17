//! Where a request goes: region, endpoint, bucket and key become an origin and an encoded path.
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html>

use std::borrow::Cow;
use std::net::Ipv4Addr;

use super::{Target, encode};
use crate::types::bucket_name;
use crate::{Error, ErrorKind, Result};

/// How the bucket is put into the URL.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AddressingStyle {
    /// Before the host on AWS, in the path of custom endpoints.
    #[default]
    Auto,
    /// In the path: `https://host/bucket/key`.
    Path,
    /// Before the host, where the name allows it: `https://bucket.host/key`.
    Virtual,
}

/// An endpoint that the user named, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CustomEndpoint {
    pub(crate) secure: bool,
    /// Host in lower case, and the port where it is not the scheme's own.
    authority: String,
    /// Empty, or a path that begins with a slash and does not end in one.
    base_path: String,
}

/// Where requests go.
#[derive(Clone, Debug, Default)]
pub(crate) struct Addressing {
    pub(crate) endpoint: Option<CustomEndpoint>,
    pub(crate) style: AddressingStyle,
}

/// Where one request goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address<'a> {
    pub(crate) secure: bool,
    pub(crate) authority: Cow<'a, str>,
    /// Percent-encoded; begins with a slash.
    pub(crate) path: String,
}

impl Addressing {
    /// Finds where a request about `target` goes when its bucket is in `region`.
    pub(crate) fn resolve(&self, region: &str, target: Target<'_>) -> Result<Address<'_>> {
        let (secure, authority, base_path) = match &self.endpoint {
            Some(endpoint) => {
                (endpoint.secure, Cow::Borrowed(endpoint.authority.as_str()), endpoint.base_path.as_str())
            }
            None => (true, Cow::Owned(aws_host(region)?), ""),
        };
        let (bucket, key) = (target.bucket(), target.key());
        if bucket.starts_with("arn:") {
            let message = format!(
                "{bucket:?} is an ARN: access points are not supported yet, use the access point's alias"
            );
            return Err(Error::new(ErrorKind::InvalidBucketName, message));
        }
        let mut path = String::with_capacity(base_path.len() + bucket.len() + key.len() + 24);
        path.push_str(base_path);
        let virtual_host = !bucket.is_empty() && self.before_the_host(bucket, &authority, secure);
        if !bucket.is_empty() && !virtual_host {
            path.push('/');
            encode::push_path(&mut path, bucket);
        }
        if !key.is_empty() || path.is_empty() {
            path.push('/');
            encode::push_path(&mut path, key);
        }
        let authority = if virtual_host { Cow::Owned(format!("{bucket}.{authority}")) } else { authority };
        Ok(Address { secure, authority, path })
    }

    fn before_the_host(&self, bucket: &str, authority: &str, secure: bool) -> bool {
        let wanted = match self.style {
            AddressingStyle::Path => false,
            AddressingStyle::Virtual => true,
            AddressingStyle::Auto => self.endpoint.is_none(),
        };
        // A dot in the bucket's name would not match the wildcard of the host's certificate.
        let fits = bucket_name::is_dns_label(bucket) || !secure && bucket_name::is_dns_name(bucket);
        wanted && fits && !is_ip_address(authority)
    }
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
        let authority = match parsed.port_u16() {
            None if parsed.port().is_some() => return refuse("the port is not valid"),
            Some(443) if secure => host,
            Some(80) if !secure => host,
            Some(port) => format!("{host}:{port}"),
            None => host,
        };
        let path = path.trim_end_matches('/');
        let base_path =
            if path.is_empty() { String::new() } else { format!("/{}", encode::path(&encode::decode(path))) };
        Ok(Self { secure, authority, base_path })
    }

    /// Whether the host is this machine.
    pub(crate) fn is_loopback(&self) -> bool {
        let host = host_of(&self.authority);
        host == "localhost"
            || host.ends_with(".localhost")
            || host == "[::1]"
            || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
    }

    /// The host without the port.
    pub(crate) fn host(&self) -> &str {
        host_of(&self.authority)
    }

    /// The URL in its plain form.
    pub(crate) fn url(&self) -> String {
        format!("{}://{}{}", if self.secure { "https" } else { "http" }, self.authority, self.base_path)
    }
}

fn host_of(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => host,
        _ => authority,
    }
}

fn is_ip_address(authority: &str) -> bool {
    let host = host_of(authority);
    host.starts_with('[') || host.parse::<Ipv4Addr>().is_ok()
}

/// The host of S3 in an AWS region; a region that nobody knows yet is taken for one of the first partition.
fn aws_host(region: &str) -> Result<String> {
    if !is_region(region) {
        let message = format!("{region:?} cannot be a region of AWS");
        return Err(Error::new(ErrorKind::InvalidSetting, message));
    }
    let suffix =
        PARTITIONS.iter().find(|(prefix, _)| region.starts_with(prefix)).map_or("amazonaws.com", |p| p.1);
    Ok(format!("s3.{region}.{suffix}"))
}

/// Whether a text can be a region: a label of a host name.
pub(crate) fn is_region(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-';
    !text.is_empty() && text.len() <= 63 && text.chars().all(fits) && !text.starts_with('-')
}

/// An endpoint as it may be shown: without a password, a query or a fragment.
pub(crate) fn redacted(url: &str) -> String {
    let shown = url.split(['?', '#']).next().unwrap_or_default();
    let (scheme, rest) = shown.split_once("://").unwrap_or(("", shown));
    let rest =
        rest.rsplit_once('@').map_or_else(|| rest.to_owned(), |(_, host)| format!("(redacted)@{host}"));
    if scheme.is_empty() { rest } else { format!("{scheme}://{rest}") }
}

/// Regions of the partitions whose hosts end otherwise than `amazonaws.com`.
const PARTITIONS: [(&str, &str); 6] = [
    ("cn-", "amazonaws.com.cn"),
    ("eu-isoe-", "cloud.adc-e.uk"),
    ("eusc-", "amazonaws.eu"),
    ("us-iso-", "c2s.ic.gov"),
    ("us-isob-", "sc2s.sgov.gov"),
    ("us-isof-", "csp.hci.ic.gov"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn url(endpoint: Option<&str>, style: AddressingStyle, region: &str, target: Target<'_>) -> String {
        let endpoint = endpoint.map(|url| CustomEndpoint::parse(url).unwrap());
        let addressing = Addressing { endpoint, style };
        let address = addressing.resolve(region, target).unwrap();
        format!("{}://{}{}", if address.secure { "https" } else { "http" }, address.authority, address.path)
    }

    #[test]
    fn aws_hosts() {
        use AddressingStyle::{Auto, Path};
        let check = |style, region, bucket, key, expected: &str| {
            assert_eq!(url(None, style, region, Target::object(bucket, key)), expected);
        };
        check(Auto, "eu-west-1", "photos", "a b", "https://photos.s3.eu-west-1.amazonaws.com/a%20b");
        check(Auto, "eu-west-1", "my.photos", "k", "https://s3.eu-west-1.amazonaws.com/my.photos/k");
        check(Path, "cn-north-1", "photos", "k", "https://s3.cn-north-1.amazonaws.com.cn/photos/k");
        check(Auto, "us-iso-east-1", "photos", "/../x", "https://photos.s3.us-iso-east-1.c2s.ic.gov//../x");
    }

    #[test]
    fn custom_endpoints() {
        use AddressingStyle::{Auto, Virtual};
        let check = |endpoint, style, target, expected: &str| {
            assert_eq!(url(Some(endpoint), style, "r", target), expected);
        };
        let object = Target::object("photos", "k");
        check("http://localhost:9000", Auto, object, "http://localhost:9000/photos/k");
        check("http://localhost:9000", Virtual, object, "http://photos.localhost:9000/k");
        check("http://[::1]:9000", Virtual, object, "http://[::1]:9000/photos/k");
        check("https://S.Example.com:443/base/", Virtual, object, "https://photos.s.example.com/base/k");
        check("https://s.example.com/base", Auto, Target::Service, "https://s.example.com/base");
        check("https://s.example.com", Auto, Target::Bucket("photos"), "https://s.example.com/photos");
        check("https://s.example.com", Auto, Target::Service, "https://s.example.com/");
        check("http://s.example.com", Virtual, Target::object("a.b", "k"), "http://a.b.s.example.com/k");
    }

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
        ] {
            assert_eq!(CustomEndpoint::parse(text).unwrap_err().kind(), ErrorKind::InvalidEndpoint, "{text}");
        }
    }
}
