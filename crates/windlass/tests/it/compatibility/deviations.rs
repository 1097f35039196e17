//! In what the servers deviate from AWS, as data: by server, in the order of the page.

use super::place::Way;

/// What is expected of probes on a server that is not as AWS.
pub(super) struct Deviation {
    pub(super) server: &'static str,
    pub(super) probes: &'static [&'static str],
    /// Whether it does not have this and says so, rather than doing something else.
    pub(super) lacks: bool,
    /// The finding, word for word.
    pub(super) found: &'static str,
    /// What a reader wants to know beyond that.
    pub(super) remark: Option<&'static str>,
    /// None for every way.
    way: Option<Way>,
}

/// What a probe finds; None where the server is as AWS.
pub(super) fn expected(server: &str, probe: &str, way: Way) -> Option<&'static Deviation> {
    DEVIATIONS.iter().find(|row| {
        row.server == server && row.probes.contains(&probe) && row.way.is_none_or(|only| only == way)
    })
}

const fn differs(server: &'static str, probes: &'static [&'static str], found: &'static str) -> Deviation {
    Deviation { server, probes, lacks: false, found, remark: None, way: None }
}

const fn lacks(server: &'static str, probes: &'static [&'static str], found: &'static str) -> Deviation {
    Deviation { lacks: true, ..differs(server, probes, found) }
}

impl Deviation {
    const fn only(self, way: Way) -> Self {
        Self { way: Some(way), ..self }
    }

    const fn because(self, remark: &'static str) -> Self {
        Self { remark: Some(remark), ..self }
    }
}

const SEAWEEDFS: &str = "SEAWEEDFS";
const SWIFT: &str = "SWIFT";
const LOCALSTACK: &str = "LOCALSTACK";
/// The name of its profile: it is as strict as AWS.
pub(super) const WINDLASS_SERVER: &str = "AWS";

/// Algorithms that S3 has had since 2026.
const NEW_ALGORITHMS: &[&str] = &[
    "PutObject: SHA512",
    "PutObject: MD5",
    "PutObject: XXHASH64",
    "PutObject: XXHASH3",
    "PutObject: XXHASH128",
];
const WRONG_NEW_ALGORITHMS: &[&str] = &[
    "PutObject: a wrong SHA512",
    "PutObject: a wrong MD5",
    "PutObject: a wrong XXHASH64",
    "PutObject: a wrong XXHASH3",
    "PutObject: a wrong XXHASH128",
];
const OLD_ALGORITHMS: &[&str] = &[
    "PutObject: CRC64NVME",
    "PutObject: CRC32",
    "PutObject: CRC32C",
    "PutObject: SHA256",
    "PutObject: SHA1",
];

pub(super) const DEVIATIONS: &[Deviation] = &[
    differs(SEAWEEDFS, &["CreateBucket: one's own again"], "`BucketAlreadyOwnedByYou` (409)"),
    differs(
        SEAWEEDFS,
        &["CreateBucket: in another region"],
        "the location: \"us-east-1\" instead of \"eu-west-1\"",
    ),
    differs(SEAWEEDFS, &["HeadBucket"], "the region is missing"),
    differs(SEAWEEDFS, &["PutObject: website redirect"], "the location is missing"),
    differs(SEAWEEDFS, &["PutObject: another bucket owner"], "it is not refused"),
    differs(
        SEAWEEDFS,
        &["ListObjectsV2: odd keys page by page", "ListObjects: odd keys page by page"],
        "the order is another",
    )
    .because("it lists folder by folder"),
    differs(
        SEAWEEDFS,
        &["ListMultipartUploads: page by page", "ListMultipartUploads: pages of one"],
        "the order is another",
    )
    .because("that of hashes of the keys"),
    differs(SEAWEEDFS, &["ListMultipartUploads"], "the class is missing"),
    differs(SEAWEEDFS, &["CompleteMultipartUpload: a wrong size of the object"], "it is not refused"),
    differs(SEAWEEDFS, &["PutObject: signed, a byte changes"], "what arrives is not compared")
        .because("with what was signed; the checksum guards it by default"),
    differs(
        SEAWEEDFS,
        &["PutObject: signed chunks, a byte changes", "PutObject: signed chunks and trailer, a byte changes"],
        "`InternalError` (500)",
    )
    .because("noticed, and told by another code"),
    differs(SEAWEEDFS, OLD_ALGORITHMS, "the checksum's type is missing")
        .because("the values are kept and verified"),
    differs(SEAWEEDFS, NEW_ALGORITHMS, "PUT's value is missing").because(IGNORED),
    differs(SEAWEEDFS, WRONG_NEW_ALGORITHMS, "the wrong value is not refused").because(IGNORED),
    differs(SEAWEEDFS, &["PutObject: no checksum given"], "CRC64NVME is missing").because(NONE_ADDED),
    differs(SEAWEEDFS, &["CopyObject: another algorithm"], "the answer's value is missing"),
    differs(SEAWEEDFS, &["ListParts: checksums"], "the values are missing"),
    differs(SEAWEEDFS, &["GetObjectAttributes: checksums of parts"], "the object's value is missing"),
    differs(SEAWEEDFS, &["PutObject: If-Match, of none"], "`PreconditionFailed` (412)")
        .because("refused with another code"),
    differs(SEAWEEDFS, &["CopyObject: a version"], "the answer does not tell the source's version id"),
    lacks(SEAWEEDFS, &["RestoreObject", "RestoreObject: not archived"], "`MethodNotAllowed` (405)"),
    differs(
        SEAWEEDFS,
        &["GetBucketEncryption: of a new bucket", "DeleteBucketEncryption"],
        "`ServerSideEncryptionConfigurationNotFoundError` (404)",
    )
    .because("it has no encryption by default"),
    lacks(SEAWEEDFS, &["GetPublicAccessBlock: of a new bucket"], NOT_IMPLEMENTED),
    lacks(
        SEAWEEDFS,
        &["PutPublicAccessBlock, GetPublicAccessBlock", "DeletePublicAccessBlock"],
        "NotImplemented",
    )
    .because(ASKED_FIRST),
    lacks(SEAWEEDFS, &["PutObject: SSE-KMS"], "`InternalError` (500)").because("no KMS is set up here"),
    differs(SEAWEEDFS, &["PutObject: DSSE-KMS"], "the encryption in the answer is missing").because(IGNORED),
    differs(
        SEAWEEDFS,
        &["CreateMultipartUpload: SSE-S3", "CopyObject: SSE-S3"],
        "the encryption in the answer is missing",
    ),
    differs(SEAWEEDFS, &["GetObjectAttributes: SSE-C"], "it is not refused without the key"),
    differs(SEAWEEDFS, &["ListObjectVersions: odd keys"], "the keys are others")
        .because("one is lost between two pages"),
    lacks(SEAWEEDFS, &["Keys: a segment of 1,024 bytes"], "`KeyTooLongError` (400)")
        .because("a segment has up to 255 bytes"),
    differs(SEAWEEDFS, &["Keys: `back\\slash`", "Keys: `a//b`", "Keys: `/a`"], "a list has another key")
        .because("the object is stored under that key, too"),
    lacks(
        SEAWEEDFS,
        &["Keys: `a/../b`", "Keys: `./a`", "Keys: `..`", "Keys: `x/./y`"],
        "`InvalidRequest` (400)",
    ),
    differs(SEAWEEDFS, &["Keys: `a/`"], "the content: \"\" instead of \"content\"")
        .because("a folder has no content"),
    differs(SWIFT, &["CreateBucket: one's own again"], "`BucketAlreadyOwnedByYou` (409)"),
    lacks(SWIFT, &["CreateBucket: in another region"], "`InvalidLocationConstraint` (400)"),
    differs(SWIFT, &["CreateBucket: with object lock"], "the versioning is missing").because(IGNORED),
    differs(SWIFT, &["HeadBucket"], "the region is missing"),
    differs(SWIFT, &["ListBuckets: page by page"], "the prefix is ignored").because("and so is the number"),
    lacks(SWIFT, &["PutObject: storage class", "RestoreObject"], "`InvalidStorageClass` (400)"),
    lacks(SWIFT, &["PutObject: website redirect"], NOT_IMPLEMENTED),
    differs(SWIFT, &["PutObject: object lock"], "the mode is missing").because(IGNORED),
    differs(SWIFT, &["PutObject: another bucket owner"], "it is not refused"),
    differs(
        SWIFT,
        &["ListMultipartUploads: pages of one"],
        "the list is truncated, but the response has no marker for the next page",
    ),
    differs(SWIFT, &["CompleteMultipartUpload: a wrong size of the object"], "it is not refused"),
    differs(SWIFT, OLD_ALGORITHMS, "PUT's value is missing").because(NOT_KEPT),
    lacks(SWIFT, NEW_ALGORITHMS, "`InvalidRequest` (400)"),
    lacks(SWIFT, WRONG_NEW_ALGORITHMS, "`InvalidRequest` (400)"),
    differs(SWIFT, &["PutObject: no checksum given"], "CRC64NVME is missing").because(NONE_ADDED),
    differs(
        SWIFT,
        &[
            "CopyObject: another algorithm",
            "CompleteMultipartUpload: CRC64NVME of the object",
            "CompleteMultipartUpload: CRC32 of the object",
            "CompleteMultipartUpload: CRC32 of the parts",
            "CompleteMultipartUpload: SHA256 of the parts",
        ],
        "the answer's value is missing",
    ),
    differs(
        SWIFT,
        &["CompleteMultipartUpload: a wrong CRC32 of the object"],
        "the wrong value is not refused",
    ),
    differs(SWIFT, &["ListParts: checksums"], "the values are missing").because(NOT_KEPT),
    differs(
        SWIFT,
        &[
            "GetObjectAttributes",
            "GetObjectAttributes: parts page by page",
            "GetObjectAttributes: checksums of parts",
        ],
        "NotImplemented",
    )
    .because("it answers as to GetObject"),
    lacks(
        SWIFT,
        &["PutObject: If-Match", "PutObject: If-Match, of none", "CompleteMultipartUpload: If-Match"],
        NOT_IMPLEMENTED,
    ),
    differs(SWIFT, &["CopyObject: target If-None-Match"], "`PreconditionFailed` (412)")
        .because("also where there is no object"),
    lacks(SWIFT, &["DeleteObjects: tags"], "`MalformedXML` (400)"),
    lacks(
        SWIFT,
        &[
            "PutObjectTagging",
            "GetObjectTagging",
            "DeleteObjectTagging",
            "PutObject: tags",
            "CreateMultipartUpload: tags",
            "CopyObject: tags",
            "CopyObject: new tags",
            "PutBucketTagging",
            "GetBucketTagging",
            "DeleteBucketTagging",
            "PutObjectTagging: a version",
            "RestoreObject: not archived",
        ],
        NOT_IMPLEMENTED,
    ),
    differs(SWIFT, &["GetObjectTagging: of no key", "GetBucketTagging: without tags"], "it is not refused")
        .because("it answers without tags"),
    differs(SWIFT, &["DeleteObject: a version"], "the answer does not tell the version id"),
    lacks(SWIFT, &["GetBucketCors: without rules", "GetPublicAccessBlock: of a new bucket"], NOT_IMPLEMENTED),
    lacks(
        SWIFT,
        &[
            "PutBucketCors, GetBucketCors",
            "DeleteBucketCors",
            "PutPublicAccessBlock, GetPublicAccessBlock",
            "DeletePublicAccessBlock",
        ],
        "NotImplemented",
    )
    .because(ASKED_FIRST),
    differs(
        SWIFT,
        &[
            "PutBucketLifecycleConfiguration, GetBucketLifecycleConfiguration",
            "GetBucketLifecycleConfiguration: without rules",
            "DeleteBucketLifecycle",
            "PutBucketEncryption, GetBucketEncryption",
            "GetBucketEncryption: of a new bucket",
            "PutObject: the bucket's encryption",
            "DeleteBucketEncryption",
        ],
        "NotImplemented",
    )
    .because("it takes the request for one of the bucket itself; windlass asks before it writes"),
    lacks(
        SWIFT,
        &["PutObject: SSE-S3", "PutObject: SSE-KMS", "CreateMultipartUpload: SSE-S3", "CopyObject: SSE-S3"],
        NOT_IMPLEMENTED,
    ),
    lacks(SWIFT, &["PutObject: DSSE-KMS"], "`InvalidArgument` (400)"),
    differs(
        SWIFT,
        &[
            "PutObject: SSE-C",
            "GetObject: SSE-C",
            "HeadObject: SSE-C",
            "UploadPart: SSE-C",
            "GetObject: SSE-C without the key",
            "GetObject: SSE-C with another key",
            "CopyObject: SSE-C",
            "GetObjectAttributes: SSE-C",
        ],
        "NotEncrypted",
    )
    .because(STORED_PLAIN),
    lacks(
        SWIFT,
        &[
            "Presigned POST",
            "Presigned POST: fields of the object",
            "Presigned POST: status 201",
            "Presigned POST: too large",
            "Presigned POST: a field that was changed",
            "Presigned POST: expired",
        ],
        "status 412",
    ),
    lacks(
        SWIFT,
        &["PutObjectTagging, GetObjectTagging, DeleteObjectTagging: odd keys"],
        "\"tagged/a b\": `NotImplemented` (501)",
    ),
    differs(SWIFT, &["GetObjectAttributes: odd keys"], "\"attributes/a b\": NotImplemented")
        .because("it answers as to GetObject"),
    differs(LOCALSTACK, &["PutObject: another bucket owner"], "it is not refused"),
    differs(
        LOCALSTACK,
        &[
            "ListObjectsV2: odd keys page by page",
            "ListObjects",
            "ListObjects: odd keys page by page",
            "ListObjectVersions: page by page",
        ],
        "the service repeats a continuation token: the list would never end",
    )
    .only(Way::Unnamed)
    .because(ENCODED),
    differs(
        LOCALSTACK,
        &["ListObjectsV2: start after"],
        "the keys: [\"s/2 +\", \"s/3\"] instead of [\"s/3\"]",
    )
    .only(Way::Unnamed)
    .because(ENCODED),
    differs(LOCALSTACK, &["CompleteMultipartUpload: once more"], "`NoSuchUpload` (404)"),
    differs(
        LOCALSTACK,
        &["PutObject: signed, a byte changes", "PutObject: signed chunks, a byte changes"],
        "what arrives is not compared",
    )
    .because("with what was signed, as no signature in a header is; the checksum guards it by default"),
    differs(LOCALSTACK, NEW_ALGORITHMS, "PUT's value is missing").because(IGNORED),
    differs(LOCALSTACK, WRONG_NEW_ALGORITHMS, "the wrong value is not refused").because(IGNORED),
    differs(LOCALSTACK, &["CopyObject: target If-None-Match"], "the second is not refused").because(IGNORED),
    differs(LOCALSTACK, &["DeleteBucketEncryption"], "the response is empty, expected XML")
        .because("the default does not come back"),
    lacks(LOCALSTACK, &["DeleteObject: If-Match"], NOT_IMPLEMENTED),
    differs(
        LOCALSTACK,
        &["DeleteObjects: tags"],
        "the errors in the answer: [] instead of [\"PreconditionFailed\"]",
    )
    .because(IGNORED),
];

const NOT_IMPLEMENTED: &str = "`NotImplemented` (501)";
const ASKED_FIRST: &str = "windlass asks before it writes";
const IGNORED: &str = "it ignores what it does not know";
const NONE_ADDED: &str = "it adds none by itself";
const NOT_KEPT: &str = "it verifies the value and does not keep it";
const STORED_PLAIN: &str = "it ignores the key and stores the content in plain";
const ENCODED: &str = "it compares encoded keys with plain ones";
