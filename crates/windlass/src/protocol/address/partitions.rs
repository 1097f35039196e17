//! The partitions of AWS: names of their regions, DNS suffixes and missing features.

/// A partition of AWS, which has separate accounts.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Partition {
    pub(super) name: &'static str,
    /// The suffix of S3 hosts, including dual-stack ones.
    pub(super) dns_suffix: &'static str,
    pub(super) has_acceleration: bool,
    pub(super) has_fips: bool,
    /// The prefix of region names.
    region_prefix: &'static str,
}

impl Partition {
    /// Returns the partition of a region. Unknown regions are assigned to the first partition.
    pub(super) fn of(region: &str) -> &'static Self {
        OTHERS.iter().find(|partition| partition.has(region)).unwrap_or(&AWS)
    }

    /// Returns the partition that an ARN names.
    pub(super) fn named(name: &str) -> Option<&'static Self> {
        OTHERS.iter().chain([&AWS]).find(|partition| partition.name == name)
    }

    fn has(&self, region: &str) -> bool {
        // Pseudo-regions such as `aws-cn-global` have this suffix.
        region.starts_with(self.region_prefix) || region.strip_suffix("-global") == Some(self.name)
    }

    const fn new(name: &'static str, region_prefix: &'static str, dns_suffix: &'static str) -> Self {
        Self { name, dns_suffix, has_acceleration: true, has_fips: true, region_prefix }
    }
}

/// Returns the DNS suffixes of all partitions.
pub(super) fn dns_suffixes() -> impl Iterator<Item = &'static str> {
    OTHERS.iter().chain([&AWS]).map(|partition| partition.dns_suffix)
}

static AWS: Partition = Partition::new("aws", "", "amazonaws.com");

static OTHERS: [Partition; 7] = [
    Partition {
        has_acceleration: false,
        has_fips: false,
        ..Partition::new("aws-cn", "cn-", "amazonaws.com.cn")
    },
    Partition::new("aws-eusc", "eusc-", "amazonaws.eu"),
    Partition::new("aws-iso", "us-iso-", "c2s.ic.gov"),
    Partition::new("aws-iso-b", "us-isob-", "sc2s.sgov.gov"),
    Partition::new("aws-iso-e", "eu-isoe-", "cloud.adc-e.uk"),
    Partition::new("aws-iso-f", "us-isof-", "csp.hci.ic.gov"),
    Partition::new("aws-us-gov", "us-gov-", "amazonaws.com"),
];

#[cfg(test)]
mod tests {
    use super::Partition;

    #[test]
    fn a_region_determines_its_partition() {
        let check = |region, name, suffix| {
            let partition = Partition::of(region);
            assert_eq!((partition.name, partition.dns_suffix), (name, suffix), "{region}");
        };
        check("us-east-1", "aws", "amazonaws.com");
        check("unknown-region-9", "aws", "amazonaws.com");
        check("cn-northwest-1", "aws-cn", "amazonaws.com.cn");
        check("eusc-de-east-1", "aws-eusc", "amazonaws.eu");
        check("us-iso-west-1", "aws-iso", "c2s.ic.gov");
        check("us-isob-east-1", "aws-iso-b", "sc2s.sgov.gov");
        check("eu-isoe-west-1", "aws-iso-e", "cloud.adc-e.uk");
        check("us-isof-south-1", "aws-iso-f", "csp.hci.ic.gov");
        check("us-gov-east-1", "aws-us-gov", "amazonaws.com");
        // Pseudo-regions.
        check("aws-cn-global", "aws-cn", "amazonaws.com.cn");
        check("aws-us-gov-global", "aws-us-gov", "amazonaws.com");
        check("aws-iso-b-global", "aws-iso-b", "sc2s.sgov.gov");
    }
}
