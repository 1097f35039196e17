//! Addressing: maps region, endpoint, bucket and key to a host, an encoded path and a signing region, by the
//! rules that AWS publishes with its endpoint tests for S3.
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html>

mod arn;
pub(crate) mod bucket_name;
mod custom_endpoint;
pub(crate) mod host;
mod partitions;
mod style;

use std::borrow::Cow;

use super::{Draft, encode};
use crate::{Error, ErrorKind, Result};
use arn::AccessPoint;
use partitions::Partition;

pub(crate) use custom_endpoint::{CustomEndpoint, redacted};
pub use style::AddressingStyle;

/// The settings of addressing. Whoever creates them must avoid conflicting settings.
#[derive(Clone, Debug, Default)]
pub(crate) struct Addressing {
    /// Use the nearest edge location of AWS instead of the region (transfer acceleration).
    pub(crate) accelerate: bool,
    /// Use hosts that also have IPv6 addresses.
    pub(crate) dualstack: bool,
    /// Use this endpoint instead of AWS.
    pub(crate) endpoint: Option<CustomEndpoint>,
    /// Use hosts with validated cryptography (FIPS).
    pub(crate) fips: bool,
    /// Use `s3.amazonaws.com` for us-east-1.
    pub(crate) global: bool,
    pub(crate) style: AddressingStyle,
    /// Whether an access point can be in another region than the client.
    pub(crate) use_arn_region: bool,
}

/// The address of one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address<'a> {
    pub(crate) secure: bool,
    pub(crate) authority: Cow<'a, str>,
    /// Percent-encoded, with a leading slash.
    pub(crate) path: String,
    /// The signing region.
    pub(crate) region: &'a str,
}

impl Addressing {
    /// Resolves the address of a request whose bucket is in `region`.
    ///
    /// # Errors
    /// A setting conflicts with the region or the bucket's name, or the ARN is unusable.
    pub(crate) fn resolve<'a>(&'a self, region: &'a str, draft: &Draft<'a>) -> Result<Address<'a>> {
        let (bucket, key) = (draft.target.bucket(), draft.target.key());
        if is_arn(bucket) {
            return self.access_point(region, bucket, key);
        }
        let endpoint = self.endpoint.as_ref();
        if let Some(endpoint) = endpoint {
            endpoint.refuse_bucket(bucket)?;
        }
        let before_the_host = !bucket.is_empty() && self.style.puts_before_the_host(bucket, endpoint);
        let label = if before_the_host { bucket } else { "" };
        let (secure, authority) = match endpoint {
            Some(endpoint) if before_the_host => {
                (endpoint.secure, Cow::Owned(format!("{label}.{}", endpoint.authority)))
            }
            Some(endpoint) => (endpoint.secure, Cow::Borrowed(endpoint.authority.as_str())),
            None => {
                refuse_other_services(bucket)?;
                let accelerated = self.accelerate && !bucket.is_empty() && !draft.is_about_existence();
                let host = if accelerated { Host::Edge } else { Host::Region };
                (true, Cow::Owned(self.aws_host(label, host, region)?))
            }
        };
        let in_path = if before_the_host { "" } else { bucket };
        Ok(Address { secure, authority, path: self.path(in_path, key), region })
    }

    fn access_point<'a>(&'a self, region: &'a str, arn: &'a str, key: &str) -> Result<Address<'a>> {
        let point = AccessPoint::parse(arn)?;
        let refuse = |why: &str| Err(setting_error(format!("the access point {arn:?} {why}")));
        if self.style == AddressingStyle::Path {
            return refuse("needs virtual-hosted style, but addressing_style is path");
        }
        if self.accelerate {
            return refuse("does not support transfer acceleration (use_accelerate_endpoint)");
        }
        if !self.use_arn_region && point.region != region {
            return refuse(&format!(
                "is outside the client's region {region}, which use_arn_region = false does not allow"
            ));
        }
        let (theirs, ours) = (Partition::of(point.region), Partition::of(region));
        if theirs != ours {
            return refuse(&format!(
                "is in the partition {}, but the client's region {region} is in {}: use another client",
                theirs.name, ours.name
            ));
        }
        let label = [point.name, point.account].join("-");
        let (secure, host) = match &self.endpoint {
            Some(endpoint) if endpoint.is_ip_address() => {
                return refuse("needs virtual-hosted style, but the endpoint is an IP address");
            }
            Some(endpoint) => (endpoint.secure, format!("{label}.{}", endpoint.authority)),
            None => (true, self.aws_host(&label, Host::AccessPoint, point.region)?),
        };
        Ok(Address { secure, authority: Cow::Owned(host), path: self.path("", key), region: point.region })
    }

    /// Returns a host of S3, with a label before it unless that is empty.
    fn aws_host(&self, label: &str, host: Host, region: &str) -> Result<String> {
        let partition = Partition::of(region);
        if self.fips && !partition.has_fips {
            return Err(setting_error(format!(
                "the region {region} has no FIPS endpoints (use_fips_endpoint)"
            )));
        }
        if host == Host::Edge && label.is_empty() {
            let message = "transfer acceleration (use_accelerate_endpoint) needs a bucket name that is a DNS label: \
                 3 to 63 of a-z, 0-9 and -";
            return Err(setting_error(message.to_owned()));
        }
        if host == Host::Edge && !partition.has_acceleration {
            return Err(setting_error(format!(
                "the region {region} has no transfer acceleration (use_accelerate_endpoint)"
            )));
        }
        let mut name = String::with_capacity(label.len() + region.len() + 64);
        name.push_str(label);
        if !label.is_empty() {
            name.push('.');
        }
        name.push_str(match host {
            Host::AccessPoint => "s3-accesspoint",
            Host::Edge => "s3-accelerate",
            Host::Region => "s3",
        });
        name.push_str(if self.fips { "-fips" } else { "" });
        name.push_str(if self.dualstack { ".dualstack" } else { "" });
        let global =
            self.global && host == Host::Region && region == "us-east-1" && !self.fips && !self.dualstack;
        if host != Host::Edge && !global {
            name.push('.');
            name.push_str(region);
        }
        name.push('.');
        name.push_str(partition.dns_suffix);
        Ok(name)
    }

    /// Returns the path of a key, below the path of the endpoint and, unless empty, the bucket.
    fn path(&self, bucket: &str, key: &str) -> String {
        let base = self.endpoint.as_ref().map_or("", |endpoint| endpoint.base_path.as_str());
        let mut path = String::with_capacity(base.len() + bucket.len() + key.len() + 24);
        path.push_str(base);
        if !bucket.is_empty() {
            path.push('/');
            encode::push_path(&mut path, bucket);
        }
        if !key.is_empty() || path.is_empty() {
            path.push('/');
            encode::push_path(&mut path, key);
        }
        path
    }
}

/// Rejects bucket names with suffixes of unsupported services.
fn refuse_other_services(bucket: &str) -> Result<()> {
    match bucket.rsplit_once("--").map(|(_, ending)| ending) {
        Some("x-s3" | "xa-s3") => Err(arn::unsupported(bucket, "S3 Express One Zone")),
        Some("op-s3") => Err(arn::unsupported(bucket, "S3 on Outposts")),
        _ => Ok(()),
    }
}

/// The kinds of S3 hosts of AWS.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Host {
    AccessPoint,
    Edge,
    Region,
}

/// Whether a bucket argument is an ARN of any kind.
pub(crate) fn is_arn(bucket: &str) -> bool {
    bucket.starts_with("arn:")
}

/// Whether a text can be a region: a single host label.
pub(crate) fn is_region(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-';
    (1..=63).contains(&text.len()) && text.chars().all(fits) && !text.starts_with('-') && !text.ends_with('-')
}

/// Whether two regions are in the same partition, with the same accounts.
pub(crate) fn same_partition(one: &str, other: &str) -> bool {
    // A region in a response can be in any case.
    Partition::of(&one.to_ascii_lowercase()) == Partition::of(&other.to_ascii_lowercase())
}

fn setting_error(message: String) -> Error {
    Error::new(ErrorKind::InvalidSetting, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Target;

    fn resolve(addressing: &Addressing, region: &str, draft: &Draft<'_>) -> Result<String> {
        let address = addressing.resolve(region, draft)?;
        let scheme = if address.secure { "https" } else { "http" };
        Ok(format!("{scheme}://{}{} {}", address.authority, address.path, address.region))
    }

    /// Returns the URL of a bucket and the signing region.
    fn bucket(addressing: &Addressing, region: &str, bucket: &str) -> Result<String> {
        resolve(addressing, region, &Draft::get(Target::Bucket(bucket)))
    }

    fn on_aws() -> Addressing {
        Addressing { use_arn_region: true, ..Addressing::default() }
    }

    fn at(url: &str, style: AddressingStyle) -> Addressing {
        Addressing { endpoint: Some(CustomEndpoint::parse(url).unwrap()), style, ..on_aws() }
    }

    const POINT: &str = "arn:aws:s3:us-west-2:123456789012:accesspoint:my-ap";

    #[test]
    fn aws_hosts() {
        use AddressingStyle::{Auto, Path};
        let check = |style, region, bucket, key, expected: &str| {
            let draft = Draft::get(Target::object(bucket, key));
            let url = resolve(&Addressing { style, ..on_aws() }, region, &draft).unwrap();
            assert_eq!(url, format!("{expected} {region}"));
        };
        check(Auto, "eu-west-1", "photos", "a b", "https://photos.s3.eu-west-1.amazonaws.com/a%20b");
        check(Auto, "eu-west-1", "my.photos", "k", "https://s3.eu-west-1.amazonaws.com/my.photos/k");
        check(Auto, "eu-west-1", "a-s3alias", "k", "https://a-s3alias.s3.eu-west-1.amazonaws.com/k");
        check(Path, "cn-north-1", "photos", "k", "https://s3.cn-north-1.amazonaws.com.cn/photos/k");
        check(Auto, "us-iso-east-1", "photos", "/../x", "https://photos.s3.us-iso-east-1.c2s.ic.gov//../x");
    }

    #[test]
    fn variants_of_aws_hosts() {
        let (fips, dualstack, global) = (true, true, true);
        let check = |addressing: Addressing, region, expected: &str| {
            assert_eq!(
                bucket(&addressing, region, "photos").unwrap(),
                format!("https://photos.{expected} {region}")
            );
        };
        check(
            Addressing { dualstack, ..on_aws() },
            "cn-north-1",
            "s3.dualstack.cn-north-1.amazonaws.com.cn/",
        );
        check(Addressing { fips, ..on_aws() }, "us-gov-west-1", "s3-fips.us-gov-west-1.amazonaws.com/");
        let both = Addressing { dualstack, fips, ..on_aws() };
        check(both.clone(), "us-east-1", "s3-fips.dualstack.us-east-1.amazonaws.com/");
        check(Addressing { global, ..on_aws() }, "us-east-1", "s3.amazonaws.com/");
        check(Addressing { global, ..on_aws() }, "us-west-2", "s3.us-west-2.amazonaws.com/");
        check(Addressing { global, ..both }, "us-east-1", "s3-fips.dualstack.us-east-1.amazonaws.com/");
        let error = bucket(&Addressing { fips, ..on_aws() }, "cn-north-1", "photos").unwrap_err();
        assert!(
            error.message().contains("use_fips_endpoint") && error.message().contains("cn-north-1"),
            "{error}"
        );
    }

    #[test]
    fn acceleration_applies_only_to_requests_within_buckets() {
        let accelerated = Addressing { accelerate: true, ..on_aws() };
        let url = |draft: &Draft<'_>| resolve(&accelerated, "af-south-1", draft).unwrap();
        let object = Target::object("photos", "k");
        assert_eq!(url(&Draft::get(object)), "https://photos.s3-accelerate.amazonaws.com/k af-south-1");
        assert_eq!(url(&Draft::get(Target::Service)), "https://s3.af-south-1.amazonaws.com/ af-south-1");
        let (mut making, mut deleting) =
            (Draft::put(Target::Bucket("photos")), Draft::delete(Target::Bucket("photos")));
        making.keep_region();
        deleting.forget_region();
        for draft in [making, deleting] {
            assert_eq!(url(&draft), "https://photos.s3.af-south-1.amazonaws.com/ af-south-1");
        }
        let dualstack = Addressing { dualstack: true, ..accelerated.clone() };
        let expected = "https://photos.s3-accelerate.dualstack.amazonaws.com/ us-west-2";
        assert_eq!(bucket(&dualstack, "us-west-2", "photos").unwrap(), expected);
        for (region, name, word) in
            [("cn-north-1", "photos", "cn-north-1"), ("us-west-2", "my.photos", "DNS label")]
        {
            let error = bucket(&accelerated, region, name).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidSetting);
            assert!(
                error.message().contains("use_accelerate_endpoint") && error.message().contains(word),
                "{error}"
            );
        }
    }

    #[test]
    fn an_access_point_is_virtual_hosted_and_signed_for_its_own_region() {
        let check = |addressing: &Addressing, expected: &str| {
            let draft = Draft::get(Target::object(POINT, "a b/c"));
            let url = resolve(addressing, "us-east-1", &draft).unwrap();
            assert_eq!(url, format!("{expected}/a%20b/c us-west-2"));
        };
        check(&on_aws(), "https://my-ap-123456789012.s3-accesspoint.us-west-2.amazonaws.com");
        check(
            &Addressing { dualstack: true, fips: true, ..on_aws() },
            "https://my-ap-123456789012.s3-accesspoint-fips.dualstack.us-west-2.amazonaws.com",
        );
        check(
            &at("http://beta.example.com:1234/base", AddressingStyle::Auto),
            "http://my-ap-123456789012.beta.example.com:1234/base",
        );
    }

    #[test]
    fn the_error_for_an_access_point_names_the_conflicting_setting() {
        let check = |addressing: &Addressing, region, arn, word: &str| {
            let error = bucket(addressing, region, arn).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidSetting, "{error}");
            assert!(error.message().contains(word), "{error}");
        };
        let chinese = "arn:aws-cn:s3:cn-north-1:123456789012:accesspoint:my-ap";
        check(&Addressing { use_arn_region: false, ..on_aws() }, "us-east-1", POINT, "use_arn_region");
        check(&Addressing { accelerate: true, ..on_aws() }, "us-west-2", POINT, "use_accelerate_endpoint");
        check(
            &Addressing { style: AddressingStyle::Path, ..on_aws() },
            "us-west-2",
            POINT,
            "addressing_style",
        );
        check(&Addressing { fips: true, ..on_aws() }, "cn-north-1", chinese, "use_fips_endpoint");
        check(&on_aws(), "us-west-2", chinese, "partition aws-cn");
        check(&at("https://10.0.0.1", AddressingStyle::Auto), "us-west-2", POINT, "IP address");
        let same_region = Addressing { use_arn_region: false, ..on_aws() };
        assert!(bucket(&same_region, "us-west-2", POINT).is_ok());
    }

    #[test]
    fn names_of_other_services_are_rejected_only_on_aws() {
        for name in ["photos--usw2-az1--x-s3", "point--usw2-az1--xa-s3", "point-o0b1d075431d83bebd--op-s3"] {
            let error = bucket(&on_aws(), "us-west-2", name).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
            assert!(bucket(&at("https://s.example.com", AddressingStyle::Auto), "us-west-2", name).is_ok());
        }
        assert!(bucket(&on_aws(), "us-west-2", "photos--ol-s3").is_ok());
    }

    #[test]
    fn custom_endpoints() {
        use AddressingStyle::{Auto, Virtual};
        let check = |endpoint, style, target, expected: &str| {
            let url = resolve(&at(endpoint, style), "r", &Draft::get(target)).unwrap();
            assert_eq!(url, format!("{expected} r"));
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
}
