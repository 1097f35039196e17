//! Where services that speak S3 differ from AWS, as data: one short entry a service. What a service takes is
//! never found out on the user's data; it stands here, or the user says it.

use std::borrow::Cow;

use crate::AddressingStyle;

/// What a service takes that speaks S3. Chosen from the endpoint's host or by name, and correctable:
///
/// ```
/// use windlass::config::Provider;
///
/// let mut provider = Provider::named("ceph").expect("a service that windlass knows");
/// provider.trailers = true; // a release that has them
/// # assert_eq!(Provider::for_host("abc.r2.cloudflarestorage.com").name, "r2");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Provider {
    /// How the bucket is put into the URL where nothing else was set.
    pub addressing_style: AddressingStyle,
    /// Whether bodies whose chunks are signed one by one are decoded; else the framing would be stored.
    pub chunk_signatures: bool,
    /// Whether `x-amz-checksum-*` headers are taken on uploads and `x-amz-checksum-mode` on reads.
    /// Elsewhere uploads carry `Content-MD5`.
    pub checksum_headers: bool,
    /// Whether lists can be asked for with encoded keys (`encoding-type=url`).
    pub encoded_lists: bool,
    /// Whether that goes for the lists, too, that go on at a key: those of uploads and of versions.
    pub encoded_markers: bool,
    /// Whether all parts of an upload but the last have to be of one size.
    pub equal_parts: bool,
    /// Whether bodies that can be sent once only wait for the service's consent (`Expect: 100-continue`), so that a
    /// refusal does not cost them. Some services answer that with an error.
    pub expect_continue: bool,
    /// The largest number of parts of an upload.
    pub most_parts: u32,
    /// The name, in lower case.
    pub name: Cow<'static, str>,
    /// Whether checksums may follow the body as a trailer, so that a body is read once only.
    pub trailers: bool,
}

impl Provider {
    /// The entry of this name, such as `aws`, `r2` or `seaweedfs`.
    pub fn named(name: &str) -> Option<Self> {
        KNOWN.iter().find(|entry| entry.name.eq_ignore_ascii_case(name)).map(Entry::provider)
    }

    /// The entry whose hosts end like `host`, or else the one for services that nobody knows.
    pub fn for_host(host: &str) -> Self {
        let host = host.to_ascii_lowercase();
        let under = |suffix: &&str| {
            host.strip_suffix(*suffix).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        let known = KNOWN.iter().find(|entry| entry.hosts.iter().any(under));
        known.unwrap_or(&UNKNOWN).provider()
    }

    /// The names of all entries.
    pub fn names() -> impl Iterator<Item = &'static str> {
        KNOWN.iter().map(|entry| entry.name)
    }
}

impl Default for Provider {
    /// AWS itself.
    fn default() -> Self {
        AWS.provider()
    }
}

struct Entry {
    name: &'static str,
    /// What hosts end with; empty where everybody runs the service under a name of their own.
    hosts: &'static [&'static str],
    quirks: &'static [Quirk],
}

/// In what a service differs from the cautious middle: checksums in headers, no trailers, signed chunks decoded,
/// encoded lists, buckets in the path, up to 10,000 parts of any size.
enum Quirk {
    /// Gives its consent to bodies before they are sent.
    Consents,
    /// Takes trailers.
    Trailers,
    /// Wants the bucket before the host.
    VirtualHost,
    /// Knows no `x-amz-checksum-*`.
    Md5Only,
    /// Stores the framing of chunked bodies or refuses them.
    NoChunks,
    /// Refuses or garbles encoded lists.
    PlainLists,
    /// Garbles encoded lists that go on at a key.
    PlainMarkers,
    /// All parts but the last are of one size.
    EqualParts,
    /// Takes fewer parts.
    MostParts(u32),
}

impl Entry {
    fn provider(&self) -> Provider {
        let mut provider = Provider {
            addressing_style: AddressingStyle::Auto,
            chunk_signatures: true,
            checksum_headers: true,
            encoded_lists: true,
            encoded_markers: true,
            equal_parts: false,
            expect_continue: false,
            most_parts: 10_000,
            name: Cow::Borrowed(self.name),
            trailers: false,
        };
        for quirk in self.quirks {
            match quirk {
                Quirk::Consents => provider.expect_continue = true,
                Quirk::Trailers => provider.trailers = true,
                Quirk::VirtualHost => provider.addressing_style = AddressingStyle::Virtual,
                Quirk::Md5Only => provider.checksum_headers = false,
                Quirk::NoChunks => provider.chunk_signatures = false,
                Quirk::PlainLists => provider.encoded_lists = false,
                Quirk::PlainMarkers => provider.encoded_markers = false,
                Quirk::EqualParts => provider.equal_parts = true,
                Quirk::MostParts(number) => provider.most_parts = *number,
            }
        }
        provider
    }
}

const AWS: Entry = Entry { name: "aws", hosts: AWS_HOSTS, quirks: &[Quirk::Trailers, Quirk::Consents] };

const AWS_HOSTS: &[&str] = &["amazonaws.com", "amazonaws.com.cn", "amazonaws.eu"];

/// A service that nobody knows gets what most take.
const UNKNOWN: Entry = Entry { name: "unknown", hosts: &[], quirks: &[] };

/// From the services' own documentation, the trackers of other clients, and for those that run on one machine
/// (Garage, `LocalStack`, `SeaweedFS`, Swift and windlass itself) from trying.
const KNOWN: &[Entry] = &[
    AWS,
    // Neither checksums nor the mode that asks for them: 400 "Unsupported header".
    Entry { name: "b2", hosts: &["backblazeb2.com"], quirks: &[Quirk::Md5Only, Quirk::NoChunks] },
    // Releases before Squid know neither checksums nor trailers; they let the headers pass.
    Entry { name: "ceph", hosts: &[], quirks: &[] },
    Entry {
        name: "cos",
        hosts: &["myqcloud.com"],
        quirks: &[Quirk::VirtualHost, Quirk::Md5Only, Quirk::NoChunks],
    },
    // Takes unsigned trailers and refuses signed ones.
    Entry { name: "garage", hosts: &[], quirks: &[] },
    Entry {
        name: "gcs",
        hosts: &["storage.googleapis.com"],
        quirks: &[Quirk::Md5Only, Quirk::NoChunks, Quirk::PlainLists],
    },
    Entry { name: "hetzner", hosts: &["your-objectstorage.com"], quirks: &[] },
    // Loses keys between the pages of encoded lists: it compares the encoded key with the plain one of the token.
    Entry {
        name: "localstack",
        hosts: &["localhost.localstack.cloud"],
        quirks: &[Quirk::Trailers, Quirk::PlainLists],
    },
    Entry { name: "minio", hosts: &[], quirks: &[Quirk::Trailers] },
    Entry {
        name: "oss",
        hosts: &["aliyuncs.com"],
        quirks: &[Quirk::VirtualHost, Quirk::Md5Only, Quirk::NoChunks],
    },
    Entry { name: "ovh", hosts: &["cloud.ovh.net", "cloud.ovh.us"], quirks: &[Quirk::Md5Only] },
    // Parts of different sizes are refused at the end. https://developers.cloudflare.com/r2/api/s3/api/
    Entry { name: "r2", hosts: &["r2.cloudflarestorage.com"], quirks: &[Quirk::EqualParts, Quirk::NoChunks] },
    Entry { name: "rustfs", hosts: &[], quirks: &[] },
    // Says of lists of uploads that their keys are encoded, and they are not.
    Entry { name: "seaweedfs", hosts: &[], quirks: &[Quirk::Trailers, Quirk::PlainMarkers] },
    Entry { name: "spaces", hosts: &["digitaloceanspaces.com"], quirks: &[] },
    // Encodes the keys in lists of uploads and versions, and not the one at which the list goes on.
    Entry {
        name: "swift",
        hosts: &[],
        quirks: &[Quirk::Trailers, Quirk::PlainMarkers, Quirk::MostParts(1000)],
    },
    Entry { name: "tigris", hosts: &["storage.dev", "fly.storage.tigris.dev"], quirks: &[] },
    Entry { name: "wasabi", hosts: &["wasabisys.com"], quirks: &[] },
    Entry { name: "windlass", hosts: &[], quirks: &[Quirk::Trailers, Quirk::Consents] },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_chooses_its_entry() {
        let check = |host: &str, name: &str| assert_eq!(Provider::for_host(host).name, name, "{host}");
        check("s3.eu-west-1.amazonaws.com", "aws");
        check("s3.cn-north-1.amazonaws.com.cn", "aws");
        check("S3.eu-central-003.BackblazeB2.com", "b2");
        check("storage.googleapis.com", "gcs");
        check("abc.r2.cloudflarestorage.com", "r2");
        check("fra1.digitaloceanspaces.com", "spaces");
        check("notamazonaws.com", "unknown");
        check("127.0.0.1", "unknown");
    }

    #[test]
    fn every_entry_is_found_by_its_name_and_names_are_in_order() {
        let names: Vec<&str> = Provider::names().collect();
        assert!(names.is_sorted(), "{names:?}");
        for name in names {
            assert_eq!(Provider::named(&name.to_uppercase()).unwrap().name, name);
        }
        assert_eq!(Provider::named("nobody"), None);
    }
}
