//! The root elements of lists. Services do not agree on their names, and a list that is read under a wrong name would be an
//! empty one.

/// The root of one kind of list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ListRoot {
    /// The name that S3 writes.
    pub(crate) name: &'static str,
    /// What the names of other services hold between `List` and `Result` or `Response`.
    words: &'static [&'static str],
    /// What they do not hold, because it names another kind of list.
    other_words: &'static [&'static str],
    /// Children, one of which proves that a root with another name than S3's is the list.
    proof: &'static [&'static str],
}

impl ListRoot {
    /// The caller's buckets.
    pub(crate) const BUCKETS: Self = Self {
        name: "ListAllMyBucketsResult",
        words: &["Buckets"],
        other_words: &["Object", "Part", "Upload", "Version"],
        proof: &["Buckets"],
    };
    /// Objects, by either version of the operation.
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
    /// Unfinished uploads.
    pub(crate) const UPLOADS: Self = Self {
        name: "ListMultipartUploadsResult",
        words: &["Uploads"],
        other_words: &["Buckets", "Parts", "Version"],
        proof: &["CommonPrefixes", "IsTruncated", "MaxUploads", "Upload"],
    };
    /// Versions of objects.
    pub(crate) const VERSIONS: Self = Self {
        name: "ListVersionsResult",
        words: &["Version"],
        other_words: &["Buckets", "Part", "Upload"],
        proof: &["CommonPrefixes", "DeleteMarker", "IsTruncated", "MaxKeys", "Name", "Version"],
    };

    /// Whether a root of this name can be the list.
    pub(crate) fn accepts(&self, root: &str) -> bool {
        let has = |words: &[&str], text: &str| words.iter().any(|word| text.contains(word));
        let variant = || {
            let inside = root.strip_prefix("List")?;
            let inside = inside.strip_suffix("Result").or_else(|| inside.strip_suffix("Response"))?;
            Some(has(self.words, inside) && !has(self.other_words, inside))
        };
        root == self.name || variant() == Some(true)
    }

    /// Whether a child of this name proves that the root is the list.
    pub(crate) fn is_proven_by(&self, child: &str) -> bool {
        self.proof.contains(&child)
    }

    /// What is wrong with a root of this name.
    pub(crate) fn refusal(&self, root: &str) -> String {
        if self.accepts(root) {
            return format!("the response <{root}> holds nothing of a <{}>", self.name);
        }
        format!("the response should be <{}> and is <{root}>", self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [ListRoot; 5] =
        [ListRoot::BUCKETS, ListRoot::OBJECTS, ListRoot::PARTS, ListRoot::UPLOADS, ListRoot::VERSIONS];

    #[test]
    fn a_root_is_that_of_one_list() {
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
