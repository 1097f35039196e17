//! Where services that speak S3 differ from AWS, as data: one short entry a service. What a service takes is
//! never found out on the user's data; it stands here, or the user says it.

use std::borrow::Cow;

use crate::AddressingStyle;

/// What a service takes that speaks S3. Chosen from the endpoint's host or by name, and correctable:
///
/// ```
/// use windlass::config::ServiceProfile;
///
/// let mut provider = ServiceProfile::named("ceph").expect("a service that windlass knows");
/// provider.unsigned_trailers = true; // a release that has them
/// # assert_eq!(ServiceProfile::for_host("abc.r2.cloudflarestorage.com").name, "r2");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServiceProfile {
    /// How the bucket is put into the URL where nothing else was set.
    pub addressing_style: AddressingStyle,
    /// Whether bodies whose chunks are signed one by one are decoded; else the framing would be stored.
    pub chunk_signatures: bool,
    /// Whether `x-amz-checksum-*` headers are taken on uploads and `x-amz-checksum-mode` on reads.
    /// Elsewhere uploads carry `Content-MD5`.
    pub checksum_headers: bool,
    /// For which operations conditions hold. Where they do not, a look comes first and the condition is sent beside it.
    pub conditions: Conditions,
    /// Whether `CreateMultipartUpload` and `CopyObject` confirm an SSE-C key. Elsewhere the first part of an upload has to
    /// confirm it, and a copy is taken for encrypted.
    pub confirms_customer_keys: bool,
    /// Whether many objects can be deleted in one request. Elsewhere they are deleted one by one, concurrently.
    pub delete_objects: bool,
    /// Whether lists can be requested with encoded keys (`encoding-type=url`).
    pub encoded_lists: bool,
    /// Whether that holds for lists of versions, too, which continue at a key.
    pub encoded_markers: bool,
    /// Whether that holds for lists of uploads, too. Some services encode the keys and do not say so, and an encoded key
    /// names no upload.
    pub encoded_uploads: bool,
    /// Whether all parts of an upload but the last have to be of one size.
    pub equal_parts: bool,
    /// Whether bodies that can be sent once only wait for the service's consent (`Expect: 100-continue`), so that a
    /// refusal does not cost them. Some services answer that with an error.
    pub expect_continue: bool,
    /// The largest number of parts of an upload.
    pub most_parts: u32,
    /// The name, in lower case.
    pub name: Cow<'static, str>,
    /// Whether checksums may follow a body whose chunks are signed, so that a body is read once only.
    pub signed_trailers: bool,
    /// The subresources that the service knows. A write to any other (PUT or DELETE of `?tagging`, for example) is sent
    /// only after a GET of it has proved that the service knows it: some services take it for a write of the object.
    pub subresources: Subresources,
    /// Whether tags given to `CreateMultipartUpload` are kept. Elsewhere they are written after the upload.
    pub tags_on_uploads: bool,
    /// Whether checksums may follow a body that is not part of the signature.
    pub unsigned_trailers: bool,
}

/// The operations whose conditions (`If-None-Match: *`, `If-Match`) hold, also against concurrent writers. A service that
/// ignores a condition writes without a word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Conditions {
    /// `CompleteMultipartUpload`.
    pub complete: bool,
    /// The target of `CopyObject`.
    pub copy: bool,
    /// `DeleteObject`.
    pub delete: bool,
    /// `PutObject`.
    pub put: bool,
}

impl Conditions {
    /// They hold everywhere.
    pub const ALL: Self = Self { complete: true, copy: true, delete: true, put: true };
}

/// Subresources that a service knows.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Subresources {
    /// All that S3 has; the service refuses what it does not have.
    All,
    /// Those of these names, such as `tagging`.
    Named(Vec<Cow<'static, str>>),
}

impl Subresources {
    /// Whether the service knows this one.
    pub fn contains(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Named(names) => names.iter().any(|known| known == name),
        }
    }
}

impl ServiceProfile {
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

    /// Whether this is the service of AWS.
    pub(crate) fn is_aws(&self) -> bool {
        self.name == AWS.name
    }

    /// Whether there is no entry for the service.
    pub(crate) fn is_unknown(&self) -> bool {
        self.name == UNKNOWN.name
    }

    /// The names of all entries.
    pub fn names() -> impl Iterator<Item = &'static str> {
        KNOWN.iter().map(|entry| entry.name)
    }
}

impl Default for ServiceProfile {
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
/// encoded lists but for those of uploads, buckets in the path, up to 10,000 parts of any size, `DeleteObjects`; no
/// condition that holds, and no subresource that is known.
enum Quirk {
    /// Gives its consent to bodies before they are sent.
    Consents,
    /// Takes trailers, signed and unsigned.
    Trailers,
    /// Takes trailers only where nothing of the body is signed.
    UnsignedTrailers,
    /// Wants the bucket before the host.
    VirtualHost,
    /// Knows no `x-amz-checksum-*`.
    Md5Only,
    /// Stores the framing of chunked bodies or refuses them.
    NoChunks,
    /// Says that lists of uploads are encoded where they are.
    EncodedUploads,
    /// Refuses or garbles encoded lists.
    PlainLists,
    /// Garbles encoded lists that go on at a key.
    PlainMarkers,
    /// All parts but the last are of one size.
    EqualParts,
    /// Takes fewer parts.
    MostParts(u32),
    /// Conditions hold.
    Holds(Conditions),
    /// Knows every subresource, or refuses it.
    KnowsAll,
    /// Knows these subresources.
    Knows(&'static [&'static str]),
    /// Has no `DeleteObjects`.
    SingleDeletes,
    /// Loses tags that are given to `CreateMultipartUpload`.
    UploadsLoseTags,
    /// Confirms SSE-C keys with objects and parts, and not where an upload begins.
    ConfirmsKeysLate,
}

impl Entry {
    fn provider(&self) -> ServiceProfile {
        let mut provider = ServiceProfile {
            addressing_style: AddressingStyle::Auto,
            chunk_signatures: true,
            checksum_headers: true,
            conditions: Conditions::default(),
            confirms_customer_keys: true,
            delete_objects: true,
            encoded_lists: true,
            encoded_markers: true,
            encoded_uploads: false,
            equal_parts: false,
            expect_continue: false,
            most_parts: 10_000,
            name: Cow::Borrowed(self.name),
            signed_trailers: false,
            subresources: Subresources::Named(Vec::new()),
            tags_on_uploads: true,
            unsigned_trailers: false,
        };
        for quirk in self.quirks {
            match quirk {
                Quirk::Consents => provider.expect_continue = true,
                Quirk::Trailers => (provider.signed_trailers, provider.unsigned_trailers) = (true, true),
                Quirk::UnsignedTrailers => provider.unsigned_trailers = true,
                Quirk::VirtualHost => provider.addressing_style = AddressingStyle::Virtual,
                Quirk::Md5Only => provider.checksum_headers = false,
                Quirk::NoChunks => provider.chunk_signatures = false,
                Quirk::EncodedUploads => provider.encoded_uploads = true,
                Quirk::PlainLists => provider.encoded_lists = false,
                Quirk::PlainMarkers => provider.encoded_markers = false,
                Quirk::EqualParts => provider.equal_parts = true,
                Quirk::MostParts(number) => provider.most_parts = *number,
                Quirk::Holds(conditions) => provider.conditions = *conditions,
                Quirk::KnowsAll => provider.subresources = Subresources::All,
                Quirk::Knows(names) => {
                    let names = names.iter().copied().map(Cow::Borrowed).collect();
                    provider.subresources = Subresources::Named(names);
                }
                Quirk::SingleDeletes => provider.delete_objects = false,
                Quirk::UploadsLoseTags => provider.tags_on_uploads = false,
                Quirk::ConfirmsKeysLate => provider.confirms_customer_keys = false,
            }
        }
        provider
    }
}

const AWS: Entry = Entry {
    name: "aws",
    hosts: AWS_HOSTS,
    quirks: &[
        Quirk::Trailers,
        Quirk::Consents,
        Quirk::EncodedUploads,
        Quirk::Holds(Conditions::ALL),
        Quirk::KnowsAll,
    ],
};

const AWS_HOSTS: &[&str] = &["amazonaws.com", "amazonaws.com.cn", "amazonaws.eu"];

/// A service that nobody knows gets what most take.
const UNKNOWN: Entry = Entry { name: "unknown", hosts: &[], quirks: &[] };

const NONE: Conditions = Conditions { complete: false, copy: false, delete: false, put: false };

/// From the services' own documentation, the trackers of other clients, and for those that run on one machine
/// (Ceph, Garage, `LocalStack`, `MiniStack`, `moto`, `rclone serve s3`, `SeaweedFS`, Swift and windlass itself) from
/// trying.
const KNOWN: &[Entry] = &[
    AWS,
    // Neither checksums nor the mode that asks for them: 400 "Unsupported header".
    Entry { name: "b2", hosts: &["backblazeb2.com"], quirks: &[Quirk::Md5Only, Quirk::NoChunks] },
    // Releases before Squid know neither checksums nor trailers; they let the headers pass. Of conditions,
    // If-None-Match on PutObject holds, and If-Match fails even with the right tag. Encodes the keys of lists of uploads
    // without saying so.
    Entry {
        name: "ceph",
        hosts: &[],
        quirks: &[
            Quirk::Holds(Conditions { put: true, ..NONE }),
            Quirk::Knows(&["tagging", "versioning"]),
            Quirk::PlainMarkers,
            Quirk::UploadsLoseTags,
        ],
    },
    Entry {
        name: "cos",
        hosts: &["myqcloud.com"],
        quirks: &[Quirk::VirtualHost, Quirk::Md5Only, Quirk::NoChunks],
    },
    // Ignores conditions, refuses signed trailers, has neither tags nor versions (501).
    Entry { name: "garage", hosts: &[], quirks: &[Quirk::UnsignedTrailers] },
    // Refuses DeleteObjects with 400 (boto3#2293, minio/mc#4778).
    Entry {
        name: "gcs",
        hosts: &["storage.googleapis.com"],
        quirks: &[Quirk::Md5Only, Quirk::NoChunks, Quirk::PlainLists, Quirk::SingleDeletes],
    },
    Entry { name: "hetzner", hosts: &["your-objectstorage.com"], quirks: &[] },
    // Loses keys between the pages of encoded lists: it compares the encoded key with the plain one of the token.
    Entry {
        name: "localstack",
        hosts: &["localhost.localstack.cloud"],
        quirks: &[
            Quirk::Trailers,
            Quirk::PlainLists,
            Quirk::Holds(Conditions { complete: true, put: true, ..NONE }),
            Quirk::KnowsAll,
        ],
    },
    Entry {
        name: "minio",
        hosts: &[],
        quirks: &[Quirk::Trailers, Quirk::Knows(&["tagging", "versioning"]), Quirk::ConfirmsKeysLate],
    },
    // Close to AWS in what it answers; it verifies no signature.
    Entry {
        name: "ministack",
        hosts: &[],
        quirks: &[
            Quirk::Trailers,
            Quirk::Holds(Conditions { complete: true, put: true, ..NONE }),
            Quirk::Knows(&["tagging", "versioning"]),
        ],
    },
    // Verifies neither signatures nor checksums.
    Entry {
        name: "moto",
        hosts: &[],
        quirks: &[
            Quirk::Trailers,
            Quirk::Holds(Conditions { complete: true, put: true, ..NONE }),
            Quirk::Knows(&["tagging", "versioning"]),
        ],
    },
    Entry {
        name: "oss",
        hosts: &["aliyuncs.com"],
        quirks: &[Quirk::VirtualHost, Quirk::Md5Only, Quirk::NoChunks],
    },
    Entry { name: "ovh", hosts: &["cloud.ovh.net", "cloud.ovh.us"], quirks: &[Quirk::Md5Only] },
    // Parts of different sizes are refused at the end. https://developers.cloudflare.com/r2/api/s3/api/
    Entry { name: "r2", hosts: &["r2.cloudflarestorage.com"], quirks: &[Quirk::EqualParts, Quirk::NoChunks] },
    // `rclone serve s3`: ignores conditions, and takes a write of tags for one of the object. Stores the framing of bodies
    // whose trailer is signed.
    Entry { name: "rclone", hosts: &[], quirks: &[Quirk::UnsignedTrailers] },
    Entry { name: "rustfs", hosts: &[], quirks: &[] },
    // Says of lists of uploads that their keys are encoded, and they are not.
    Entry {
        name: "seaweedfs",
        hosts: &[],
        quirks: &[
            Quirk::Trailers,
            Quirk::PlainMarkers,
            Quirk::Holds(Conditions::ALL),
            Quirk::Knows(&["cors", "encryption", "lifecycle", "tagging", "versioning"]),
            Quirk::ConfirmsKeysLate,
        ],
    },
    Entry { name: "spaces", hosts: &["digitaloceanspaces.com"], quirks: &[] },
    // Encodes the keys in lists of uploads and versions, and not the one at which the list goes on. Of several writers on
    // a condition more than one may win.
    Entry {
        name: "swift",
        hosts: &[],
        quirks: &[
            Quirk::Trailers,
            Quirk::PlainMarkers,
            Quirk::MostParts(1000),
            Quirk::Knows(&["versioning"]),
        ],
    },
    Entry { name: "tigris", hosts: &["storage.dev", "fly.storage.tigris.dev"], quirks: &[] },
    Entry { name: "wasabi", hosts: &["wasabisys.com"], quirks: &[] },
    Entry {
        name: "windlass",
        hosts: &[],
        quirks: &[
            Quirk::Trailers,
            Quirk::Consents,
            Quirk::EncodedUploads,
            Quirk::Holds(Conditions::ALL),
            Quirk::KnowsAll,
        ],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_chooses_its_entry() {
        let check = |host: &str, name: &str| assert_eq!(ServiceProfile::for_host(host).name, name, "{host}");
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
    fn the_cautious_middle_relies_on_nothing() {
        let unknown = ServiceProfile::for_host("s3.example.com");
        assert_eq!(unknown.conditions, Conditions::default());
        assert!(!unknown.subresources.contains("tagging") && !unknown.encoded_uploads);
        assert!(!unknown.signed_trailers && !unknown.unsigned_trailers);
        let aws = ServiceProfile::default();
        assert_eq!(aws.conditions, Conditions::ALL);
        assert!(aws.subresources.contains("tagging") && aws.encoded_uploads);
    }

    #[test]
    fn entries_say_what_was_seen_of_the_services() {
        let named = |name: &str| ServiceProfile::named(name).unwrap();
        let ceph = named("ceph");
        assert!(ceph.conditions.put && !ceph.conditions.complete && !ceph.conditions.copy);
        assert!(!ceph.tags_on_uploads && !ceph.encoded_markers && !ceph.unsigned_trailers);
        for name in ["garage", "rclone"] {
            let provider = named(name);
            assert_eq!(provider.conditions, Conditions::default(), "{name}");
            assert!(provider.unsigned_trailers && !provider.signed_trailers, "{name}");
            assert!(!provider.subresources.contains("tagging"), "{name}");
        }
        assert!(!named("gcs").delete_objects && named("moto").conditions.complete);
        assert!(named("ministack").subresources.contains("tagging"));
    }

    #[test]
    fn every_entry_is_found_by_its_name_and_names_are_in_order() {
        let names: Vec<&str> = ServiceProfile::names().collect();
        assert!(names.is_sorted(), "{names:?}");
        for name in names {
            assert_eq!(ServiceProfile::named(&name.to_uppercase()).unwrap().name, name);
        }
        assert_eq!(ServiceProfile::named("nobody"), None);
    }
}
