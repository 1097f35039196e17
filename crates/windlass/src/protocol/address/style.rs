//! Whether the bucket stands before the host or in the path.

use super::{CustomEndpoint, bucket_name};

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

impl AddressingStyle {
    /// Whether a bucket stands before the host of AWS or of a custom endpoint.
    pub(super) fn puts_before_the_host(self, bucket: &str, endpoint: Option<&CustomEndpoint>) -> bool {
        let wanted = match self {
            Self::Path => false,
            Self::Virtual => true,
            Self::Auto => endpoint.is_none(),
        };
        // A dot in the bucket's name would not match the wildcard of the host's certificate.
        let plain = endpoint.is_some_and(|endpoint| !endpoint.secure);
        let fits = bucket_name::is_dns_label(bucket) || plain && bucket_name::is_dns_name(bucket);
        wanted && fits && !endpoint.is_some_and(CustomEndpoint::is_ip_address)
    }
}
