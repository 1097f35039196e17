//! ARNs of access points, which are accepted in place of a bucket name:
//! `arn:aws:s3:REGION:ACCOUNT:accesspoint/NAME`, or with a colon before the name.
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-naming.html>

use super::partitions::Partition;
use crate::{Error, ErrorKind, Result};

/// A regional access point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct AccessPoint<'a> {
    pub(super) account: &'a str,
    pub(super) name: &'a str,
    pub(super) region: &'a str,
}

impl<'a> AccessPoint<'a> {
    /// Parses an ARN.
    ///
    /// # Errors
    /// The ARN is not that of an access point that supports Signature Version 4.
    pub(super) fn parse(arn: &'a str) -> Result<Self> {
        let refuse = |why: &str| {
            let message = format!(
                "{arn:?} is not the ARN of an access point: {why}; use \
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
            _ => return refuse("it does not belong to S3"),
        }
        let Some(name) = resource.strip_prefix("accesspoint").and_then(|rest| rest.strip_prefix(['/', ':']))
        else {
            return refuse("the resource is not an access point");
        };
        if !is_host_label(account) {
            return refuse("the account is missing or invalid");
        }
        if region.is_empty() {
            return Err(multi_region(arn, partition, name));
        }
        if !super::is_region(region) {
            return refuse("the region is invalid");
        }
        // Account and name form one label of the host.
        if !is_host_label(name) || name.len() + 1 + account.len() > 63 {
            return refuse("the name is missing, invalid or too long");
        }
        Ok(Self { account, name, region })
    }
}

/// Returns the error for a bucket of a related service, which has other endpoints and signatures.
pub(super) fn unsupported(bucket: &str, service: &str) -> Error {
    Error::new(
        ErrorKind::Unsupported,
        format!("{bucket:?} belongs to {service}, which windlass does not support"),
    )
}

/// Returns the error for a Multi-Region Access Point, whose requests need a multi-region signature.
fn multi_region(arn: &str, partition: &str, name: &str) -> Error {
    let Some(alias) = name.strip_suffix(".mrap").filter(|alias| is_host_label(alias)) else {
        let message =
            format!("{arn:?} has neither a region nor the name of a Multi-Region Access Point (ALIAS.mrap)");
        return Error::new(ErrorKind::InvalidArgument, message);
    };
    let suffix = Partition::named(partition).map_or("amazonaws.com", |partition| partition.dns_suffix);
    let message = format!(
        "{arn:?} is a Multi-Region Access Point at {alias}.mrap.accesspoint.s3-global.{suffix}, which requires \
         Signature V4A; windlass supports only V4: use a bucket or a regional access point"
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
    fn both_forms_of_an_access_point_are_parsed() {
        let point = AccessPoint { account: "123456789012", name: "my-ap", region: "us-west-2" };
        for separator in ['/', ':'] {
            let arn = format!("arn:aws:s3:us-west-2:123456789012:accesspoint{separator}my-ap");
            assert_eq!(AccessPoint::parse(&arn).unwrap(), point);
        }
    }

    #[test]
    fn the_error_for_an_invalid_arn_names_the_cause() {
        let check = |arn: &str, why: &str| {
            let error = AccessPoint::parse(arn).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{arn}");
            assert!(error.message().contains(why) && error.message().contains(arn), "{error}");
        };
        check("arn:", "not belong to S3");
        check("arn:aws:sqs:us-west-2:123456789012:queue", "not belong to S3");
        check("arn:aws:s3:::photos", "not an access point");
        check("arn:aws:s3:us-west-2:123456789012:", "not an access point");
        check("arn:aws:s3:us-west-2:123456789012:accesspoint", "not an access point");
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
    fn unsupported_services_are_named() {
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
    fn a_multi_region_access_point_is_recognised_as_unsupported() {
        let error =
            AccessPoint::parse("arn:aws-cn:s3::123456789012:accesspoint:mfzwi23gnjvgw.mrap").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnsupportedAlgorithm);
        let host = "mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com.cn";
        assert!(error.message().contains(host) && error.message().contains("V4A"), "{error}");
    }
}
