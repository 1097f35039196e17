//! Versions of objects: the versioning state of a bucket and the list of versions.

mod get_bucket_versioning;
mod list_object_versions;
mod put_bucket_versioning;

pub use get_bucket_versioning::{GetBucketVersioning, GetBucketVersioningOutput};
pub use list_object_versions::{
    DeleteMarker, ListObjectVersions, ListObjectVersionsOutput, ObjectVersion, VersionEntry,
};
pub use put_bucket_versioning::{PutBucketVersioning, PutBucketVersioningOutput};
