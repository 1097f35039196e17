//! Access points by their ARN, which stands where a bucket's name stands:
//! `arn:aws:s3:REGION:ACCOUNT:accesspoint/NAME`, or with a colon before the name.
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-naming.html>

use super::partitions::Partition;
use crate::{Error, ErrorKind, Result};

/// An access point of one region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct AccessPoint<'a> {
    pub(super) account: &'a str,
    pub(super) name: &'a str,
    pub(super) region: &'a str,
}

impl<'a> AccessPoint<'a> {
    /// Takes an ARN apart.
    ///
    /// # Errors
    /// It is not the ARN of an access point that can be reached with Signature V4.
    pub(super) fn parse(arn: &'a str) -> Result<Self> {
        let refuse = |why: &str| {
            let message = format!(
                "{arn:?} cannot stand for a bucket: {why}; an access point is \
                 arn:aws:s3:REGION:ACCOUNT:accesspoint/NAME"
            );
            Err(Error::new(ErrorKind::InvalidArgument, message))
        };
        let mut parts = arn.splitn(6, ':').skip(1);
        let mut next = || parts.next().unwrap_or_default();
        let (partition, service, region, account, resource) = (next(), next(), next(), next(), next());
        match service {
            "s3" => {}
            "s3-object-lambda" => return Err(unsupported(arn, "S3 Object Lambda")),
            "s3-outposts" => return Err(unsupported(arn, "S3 on Outposts")),
            _ => return refuse("it is not one of S3"),
        }
        let Some(name) = resource.strip_prefix("accesspoint").and_then(|rest| rest.strip_prefix(['/', ':']))
        else {
            return refuse("it does not name an access point");
        };
        if !is_host_label(account) {
            return refuse("the account is missing or cannot stand in a host");
        }
        if region.is_empty() {
            return Err(multi_region(arn, partition, name));
        }
        if !super::is_region(region) {
            return refuse("the region cannot stand in a host");
        }
        // Account and name make one label of the host.
        if !is_host_label(name) || name.len() + 1 + account.len() > 63 {
            return refuse("the name is missing or cannot stand in a host");
        }
        Ok(Self { account, name, region })
    }
}

/// What stands for a bucket is one of a service beside S3, whose requests go elsewhere and are signed otherwise.
pub(super) fn unsupported(bucket: &str, service: &str) -> Error {
    Error::new(ErrorKind::Unsupported, format!("{bucket:?} is of {service}, which windlass does not do"))
}

/// A Multi-Region Access Point is found and refused: its requests are signed for several regions at once.
fn multi_region(arn: &str, partition: &str, name: &str) -> Error {
    let Some(alias) = name.strip_suffix(".mrap").filter(|alias| is_host_label(alias)) else {
        let message = format!("{arn:?} names neither a region nor a Multi-Region Access Point (ALIAS.mrap)");
        return Error::new(ErrorKind::InvalidArgument, message);
    };
    let suffix = Partition::named(partition).map_or("amazonaws.com", |partition| partition.dns_suffix);
    let message = format!(
        "{arn:?} is a Multi-Region Access Point at {alias}.mrap.accesspoint.s3-global.{suffix}, which takes \
         Signature V4A alone; windlass signs with V4: use a bucket or an access point of one region"
    );
    Error::new(ErrorKind::UnsupportedAlgorithm, message)
}

fn is_host_label(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (1..=63).contains(&text.len()) && text.bytes().all(fits) && !text.starts_with('-') && !text.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_to_write_an_access_point() {
        let point = AccessPoint { account: "123456789012", name: "my-ap", region: "us-west-2" };
        for separator in ['/', ':'] {
            let arn = format!("arn:aws:s3:us-west-2:123456789012:accesspoint{separator}my-ap");
            assert_eq!(AccessPoint::parse(&arn).unwrap(), point);
        }
    }

    #[test]
    fn what_is_no_access_point_says_why() {
        let check = |arn: &str, why: &str| {
            let error = AccessPoint::parse(arn).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{arn}");
            assert!(error.message().contains(why) && error.message().contains(arn), "{error}");
        };
        check("arn:", "not one of S3");
        check("arn:aws:sqs:us-west-2:123456789012:queue", "not one of S3");
        check("arn:aws:s3:::photos", "does not name an access point");
        check("arn:aws:s3:us-west-2:123456789012:", "does not name an access point");
        check("arn:aws:s3:us-west-2:123456789012:accesspoint", "does not name an access point");
        check("arn:aws:s3:us-west-2:123456789012:accesspoint:", "the name");
        check("arn:aws:s3:us-west-2:123456789012:accesspoint:a:b", "the name");
        check("arn:aws:s3:us-west-2:123456789012:accesspoint:my_ap", "the name");
        check("arn:aws:s3:us-west-2::accesspoint/my-ap", "the account");
        check("arn:aws:s3:us-west-2:1234_5:accesspoint/my-ap", "the account");
        check("arn:aws:s3:us-west -2:123456789012:accesspoint/my-ap", "the region");
        check("arn:aws:s3::123456789012:accesspoint/my_ap", "neither a region");
        check(&format!("arn:aws:s3:us-west-2:123456789012:accesspoint/{}", "a".repeat(51)), "the name");
    }

    #[test]
    fn services_beside_s3_are_named() {
        let outpost = "arn:aws:s3-outposts:us-west-2:1:outpost/op-1/accesspoint/a";
        for (arn, service) in
            [(outpost, "Outposts"), ("arn:aws:s3-object-lambda:us-west-2:1:x", "Object Lambda")]
        {
            let error = AccessPoint::parse(arn).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unsupported);
            assert!(error.message().contains(service), "{error}");
        }
    }

    #[test]
    fn a_multi_region_access_point_is_resolved_and_refused() {
        let error =
            AccessPoint::parse("arn:aws-cn:s3::123456789012:accesspoint:mfzwi23gnjvgw.mrap").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnsupportedAlgorithm);
        let host = "mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com.cn";
        assert!(error.message().contains(host) && error.message().contains("V4A"), "{error}");
    }
}
