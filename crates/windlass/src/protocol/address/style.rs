//! Addressing styles: the bucket in the host name or in the path.

use super::{CustomEndpoint, bucket_name};

/// The addressing style of a bucket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AddressingStyle {
    /// In the host name on AWS, in the path for custom endpoints.
    #[default]
    Auto,
    /// In the path: `https://host/bucket/key`.
    Path,
    /// In the host name if the bucket name allows it: `https://bucket.host/key`.
    Virtual,
}

impl AddressingStyle {
    /// Whether the bucket is put into the host name of AWS or of a custom endpoint.
    pub(super) fn puts_before_the_host(self, bucket: &str, endpoint: Option<&CustomEndpoint>) -> bool {
        let wanted = match self {
            Self::Path => false,
            Self::Virtual => true,
            Self::Auto => endpoint.is_none(),
        };
        // A bucket name with a dot does not match the wildcard certificate of the host.
        let plain = endpoint.is_some_and(|endpoint| !endpoint.secure);
        let fits = bucket_name::is_dns_label(bucket) || plain && bucket_name::is_dns_name(bucket);
        wanted && fits && !endpoint.is_some_and(CustomEndpoint::is_ip_address)
    }
}
