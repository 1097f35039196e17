//! The root elements of the lists of S3.

use crate::protocol::list_root::ListRoot;

impl ListRoot {
    /// The caller's buckets.
    pub(crate) const BUCKETS: Self = Self {
        name: "ListAllMyBucketsResult",
        words: &["Buckets"],
        other_words: &["Object", "Part", "Upload", "Version"],
        proof: &["Buckets"],
    };
    /// The objects, for both versions of the operation.
    pub(crate) const OBJECTS: Self = Self {
        name: "ListBucketResult",
        words: &["Bucket", "Object"],
        other_words: &["Buckets", "Part", "Upload", "Version"],
        proof: &["CommonPrefixes", "Contents", "IsTruncated", "KeyCount", "MaxKeys", "Name"],
    };
    /// The parts of an upload.
    pub(crate) const PARTS: Self = Self {
        name: "ListPartsResult",
        words: &["Part"],
        other_words: &["Buckets", "Uploads", "Version"],
        proof: &["IsTruncated", "MaxParts", "Part", "UploadId"],
    };
    /// The multipart uploads in progress.
    pub(crate) const UPLOADS: Self = Self {
        name: "ListMultipartUploadsResult",
        words: &["Uploads"],
        other_words: &["Buckets", "Parts", "Version"],
        proof: &["CommonPrefixes", "IsTruncated", "MaxUploads", "Upload"],
    };
    /// The versions of objects.
    pub(crate) const VERSIONS: Self = Self {
        name: "ListVersionsResult",
        words: &["Version"],
        other_words: &["Buckets", "Part", "Upload"],
        proof: &["CommonPrefixes", "DeleteMarker", "IsTruncated", "MaxKeys", "Name", "Version"],
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [ListRoot; 5] =
        [ListRoot::BUCKETS, ListRoot::OBJECTS, ListRoot::PARTS, ListRoot::UPLOADS, ListRoot::VERSIONS];

    #[test]
    fn each_list_has_its_own_root() {
        for (names, list) in [
            (
                &[
                    "ListAllMyBucketsResult",
                    "ListBucketsResult",
                    "ListBucketsResponse",
                    "ListDirectoryBucketsResult",
                ][..],
                0,
            ),
            (
                &[
                    "ListBucketResult",
                    "ListBucketResponse",
                    "ListObjectsResult",
                    "ListObjectsV2Result",
                    "ListObjectsV2Response",
                    "ListBucketV2Result",
                ],
                1,
            ),
            (&["ListPartsResult", "ListPartsResponse", "ListMultipartUploadPartsResult"], 2),
            (&["ListMultipartUploadsResult", "ListMultipartUploadsResponse", "ListUploadsResult"], 3),
            (&["ListVersionsResult", "ListObjectVersionsResponse", "ListBucketVersionsResult"], 4),
        ] {
            for name in names {
                let accepted: Vec<_> =
                    ALL.iter().filter(|root| root.accepts(name)).map(|root| root.name).collect();
                assert_eq!(accepted, [ALL[list].name], "{name}");
            }
        }
        for name in
            ["", "Error", "html", "ListResult", "Result", "ListBucket", "BucketResult", "listbucketresult"]
        {
            assert!(ALL.iter().all(|root| !root.accepts(name)), "{name}");
        }
    }
}
