//! Known differences between S3 services and AWS: one entry per service. windlass never probes a service with
//! the user's data; the differences come from this table or from the caller.

use std::borrow::Cow;

use crate::AddressingStyle;

/// The features that an S3 service supports. Selected by the host of the endpoint or by name, and adjustable:
///
/// ```
/// use windlass::config::ServiceProfile;
///
/// let mut profile = ServiceProfile::named("ceph").expect("a known service");
/// profile.unsigned_trailers = true; // supported by recent releases
/// # assert_eq!(ServiceProfile::for_host("abc.r2.cloudflarestorage.com").name, "r2");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServiceProfile {
    /// The addressing style, unless the client sets one.
    pub addressing_style: AddressingStyle,
    /// Whether the service decodes `aws-chunked` bodies with signed chunks. Other services store the chunk
    /// headers.
    pub chunk_signatures: bool,
    /// Whether the service supports `x-amz-checksum-*` headers on uploads and `x-amz-checksum-mode` on reads.
    /// If not, uploads carry `Content-MD5`.
    pub checksum_headers: bool,
    /// The operations that honor conditions. For others, windlass checks the condition with a HEAD first and
    /// sends it as well.
    pub conditions: Conditions,
    /// Whether `CreateMultipartUpload` and `CopyObject` confirm an SSE-C key. If not, the first part of an
    /// upload must confirm it, and a copy is assumed to be encrypted.
    pub confirms_customer_keys: bool,
    /// Whether the service supports `DeleteObjects`. If not, objects are deleted one by one, concurrently.
    pub delete_objects: bool,
    /// Whether the service supports lists with encoded keys (`encoding-type=url`).
    pub encoded_lists: bool,
    /// Whether it supports them for lists of versions as well, which continue at a key.
    pub encoded_markers: bool,
    /// Whether it supports them for lists of uploads as well. Some services encode the keys without declaring
    /// it, and an encoded key matches no upload.
    pub encoded_uploads: bool,
    /// Whether all parts of an upload except the last must have the same size.
    pub equal_parts: bool,
    /// Whether bodies that cannot be replayed are sent with `Expect: 100-continue`, so that a rejected
    /// request does not consume them. Some services respond to it with an error.
    pub expect_continue: bool,
    /// The maximum number of parts of an upload.
    pub most_parts: u32,
    /// The name, in lower case.
    pub name: Cow<'static, str>,
    /// Whether the service supports checksum trailers after signed chunks, so that a body is read only once.
    pub signed_trailers: bool,
    /// The subresources that the service supports. A write to any other (PUT or DELETE of `?tagging`, for
    /// example) is preceded by a GET that proves support, because some services treat it as a write to the
    /// object.
    pub subresources: Subresources,
    /// Whether the service keeps the tags of `CreateMultipartUpload`. If not, they are set after the upload.
    pub tags_on_uploads: bool,
    /// Whether the service supports checksum trailers after an unsigned body.
    pub unsigned_trailers: bool,
}

/// The operations that honor conditions (`If-None-Match: *`, `If-Match`), even with concurrent writers. A
/// service that ignores a condition writes the object without an error.
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
    /// All operations honor conditions.
    pub const ALL: Self = Self { complete: true, copy: true, delete: true, put: true };
}

/// The subresources that a service supports.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Subresources {
    /// All subresources of S3; the service rejects those that it does not implement.
    All,
    /// The subresources with these names, such as `tagging`.
    Named(Vec<Cow<'static, str>>),
}

impl Subresources {
    /// Whether the service supports this subresource.
    pub fn contains(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Named(names) => names.iter().any(|known| known == name),
        }
    }
}

impl ServiceProfile {
    /// Returns the profile of this name, such as `aws`, `r2` or `seaweedfs`.
    pub fn named(name: &str) -> Option<Self> {
        KNOWN.iter().find(|entry| entry.name.eq_ignore_ascii_case(name)).map(Entry::profile)
    }

    /// Returns the profile for `host`, or the conservative profile of unknown services.
    pub fn for_host(host: &str) -> Self {
        let host = host.to_ascii_lowercase();
        let under = |suffix: &&str| {
            host.strip_suffix(*suffix).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        let known = KNOWN.iter().find(|entry| entry.hosts.iter().any(under));
        known.unwrap_or(&UNKNOWN).profile()
    }

    /// Whether this is the profile of AWS.
    pub(crate) fn is_aws(&self) -> bool {
        self.name == AWS.name
    }

    /// Whether this is the profile of unknown services.
    pub(crate) fn is_unknown(&self) -> bool {
        self.name == UNKNOWN.name
    }

    /// Iterates over the names of all known services.
    pub fn names() -> impl Iterator<Item = &'static str> {
        KNOWN.iter().map(|entry| entry.name)
    }
}

impl Default for ServiceProfile {
    /// Returns the profile of AWS.
    fn default() -> Self {
        AWS.profile()
    }
}

struct Entry {
    name: &'static str,
    /// The suffixes of the service's host names. Empty for self-hosted services.
    hosts: &'static [&'static str],
    quirks: &'static [Quirk],
}

/// A difference from the conservative defaults: checksum headers, no trailers, signed chunks, encoded lists
/// except lists of uploads, path-style addressing, up to 10,000 parts of any size, `DeleteObjects`, no
/// conditions, no subresources.
enum Quirk {
    /// Supports `Expect: 100-continue`.
    Consents,
    /// Supports signed and unsigned trailers.
    Trailers,
    /// Supports trailers only after unsigned bodies.
    UnsignedTrailers,
    /// Requires virtual-hosted addressing.
    VirtualHost,
    /// Does not support `x-amz-checksum-*`.
    Md5Only,
    /// Rejects `aws-chunked` bodies or stores their chunk headers.
    NoChunks,
    /// Declares the encoding of lists of uploads correctly.
    EncodedUploads,
    /// Rejects or corrupts encoded lists.
    PlainLists,
    /// Corrupts encoded lists that continue at a key.
    PlainMarkers,
    /// Requires equal sizes of all parts except the last.
    EqualParts,
    /// Has a lower limit on the number of parts.
    MostParts(u32),
    /// Honors these conditions.
    Holds(Conditions),
    /// Supports every subresource or rejects it.
    KnowsAll,
    /// Supports these subresources.
    Knows(&'static [&'static str]),
    /// Does not support `DeleteObjects`.
    SingleDeletes,
    /// Drops the tags of `CreateMultipartUpload`.
    UploadsLoseTags,
    /// Confirms SSE-C keys for objects and parts, but not for `CreateMultipartUpload`.
    ConfirmsKeysLate,
}

impl Entry {
    fn profile(&self) -> ServiceProfile {
        let mut profile = ServiceProfile {
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
                Quirk::Consents => profile.expect_continue = true,
                Quirk::Trailers => (profile.signed_trailers, profile.unsigned_trailers) = (true, true),
                Quirk::UnsignedTrailers => profile.unsigned_trailers = true,
                Quirk::VirtualHost => profile.addressing_style = AddressingStyle::Virtual,
                Quirk::Md5Only => profile.checksum_headers = false,
                Quirk::NoChunks => profile.chunk_signatures = false,
                Quirk::EncodedUploads => profile.encoded_uploads = true,
                Quirk::PlainLists => profile.encoded_lists = false,
                Quirk::PlainMarkers => profile.encoded_markers = false,
                Quirk::EqualParts => profile.equal_parts = true,
                Quirk::MostParts(number) => profile.most_parts = *number,
                Quirk::Holds(conditions) => profile.conditions = *conditions,
                Quirk::KnowsAll => profile.subresources = Subresources::All,
                Quirk::Knows(names) => {
                    let names = names.iter().copied().map(Cow::Borrowed).collect();
                    profile.subresources = Subresources::Named(names);
                }
                Quirk::SingleDeletes => profile.delete_objects = false,
                Quirk::UploadsLoseTags => profile.tags_on_uploads = false,
                Quirk::ConfirmsKeysLate => profile.confirms_customer_keys = false,
            }
        }
        profile
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

/// The conservative profile, which most services support.
const UNKNOWN: Entry = Entry { name: "unknown", hosts: &[], quirks: &[] };

const NONE: Conditions = Conditions { complete: false, copy: false, delete: false, put: false };

/// The known services. Sources: the documentation of the services, the issue trackers of other clients, and
/// tests against the self-hosted ones (Ceph, Garage, `LocalStack`, `MiniStack`, `moto`, `rclone serve s3`,
/// `SeaweedFS`, Swift and windlass itself).
const KNOWN: &[Entry] = &[
    AWS,
    // Rejects checksum headers and `x-amz-checksum-mode` with 400 "Unsupported header".
    Entry { name: "b2", hosts: &["backblazeb2.com"], quirks: &[Quirk::Md5Only, Quirk::NoChunks] },
    // Releases before Squid ignore checksum headers and do not support trailers. PutObject honors
    // If-None-Match, but If-Match fails even with the right ETag. Encodes the keys of lists of uploads
    // without declaring it.
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
    // Ignores conditions, rejects signed trailers, has neither tags nor versions (501).
    Entry { name: "garage", hosts: &[], quirks: &[Quirk::UnsignedTrailers] },
    // Rejects DeleteObjects with 400 (boto3#2293, minio/mc#4778).
    Entry {
        name: "gcs",
        hosts: &["storage.googleapis.com"],
        quirks: &[Quirk::Md5Only, Quirk::NoChunks, Quirk::PlainLists, Quirk::SingleDeletes],
    },
    Entry { name: "hetzner", hosts: &["your-objectstorage.com"], quirks: &[] },
    // Skips keys between the pages of encoded lists: it compares the encoded key with the plain key of the
    // token.
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
    // Responds like AWS, but does not verify signatures.
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
    // Rejects parts of different sizes on completion. https://developers.cloudflare.com/r2/api/s3/api/
    Entry { name: "r2", hosts: &["r2.cloudflarestorage.com"], quirks: &[Quirk::EqualParts, Quirk::NoChunks] },
    // `rclone serve s3`: ignores conditions, treats a write of tags as a write of the object, and stores the
    // chunk headers of bodies with signed trailers.
    Entry { name: "rclone", hosts: &[], quirks: &[Quirk::UnsignedTrailers] },
    Entry { name: "rustfs", hosts: &[], quirks: &[] },
    // Declares the keys of lists of uploads as encoded although they are not.
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
    // Encodes the keys in lists of uploads and versions, but not the marker. Of several concurrent
    // conditional writes, more than one may succeed.
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
    fn a_host_selects_its_profile() {
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
    fn the_profile_of_unknown_services_is_conservative() {
        let unknown = ServiceProfile::for_host("s3.example.com");
        assert_eq!(unknown.conditions, Conditions::default());
        assert!(!unknown.subresources.contains("tagging") && !unknown.encoded_uploads);
        assert!(!unknown.signed_trailers && !unknown.unsigned_trailers);
        let aws = ServiceProfile::default();
        assert_eq!(aws.conditions, Conditions::ALL);
        assert!(aws.subresources.contains("tagging") && aws.encoded_uploads);
    }

    #[test]
    fn profiles_match_the_observed_services() {
        let named = |name: &str| ServiceProfile::named(name).unwrap();
        let ceph = named("ceph");
        assert!(ceph.conditions.put && !ceph.conditions.complete && !ceph.conditions.copy);
        assert!(!ceph.tags_on_uploads && !ceph.encoded_markers && !ceph.unsigned_trailers);
        for name in ["garage", "rclone"] {
            let profile = named(name);
            assert_eq!(profile.conditions, Conditions::default(), "{name}");
            assert!(profile.unsigned_trailers && !profile.signed_trailers, "{name}");
            assert!(!profile.subresources.contains("tagging"), "{name}");
        }
        assert!(!named("gcs").delete_objects && named("moto").conditions.complete);
        assert!(named("ministack").subresources.contains("tagging"));
    }

    #[test]
    fn every_profile_is_found_by_name_and_names_are_sorted() {
        let names: Vec<&str> = ServiceProfile::names().collect();
        assert!(names.is_sorted(), "{names:?}");
        for name in names {
            assert_eq!(ServiceProfile::named(&name.to_uppercase()).unwrap().name, name);
        }
        assert_eq!(ServiceProfile::named("nonexistent"), None);
    }
}
