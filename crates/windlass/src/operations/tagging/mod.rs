//! Tags of objects and buckets.

mod delete_bucket_tagging;
mod delete_object_tagging;
mod get_bucket_tagging;
mod get_object_tagging;
mod put_bucket_tagging;
mod put_object_tagging;

pub use delete_bucket_tagging::{DeleteBucketTagging, DeleteBucketTaggingOutput};
pub use delete_object_tagging::{DeleteObjectTagging, DeleteObjectTaggingOutput};
pub use get_bucket_tagging::{GetBucketTagging, GetBucketTaggingOutput};
pub use get_object_tagging::{GetObjectTagging, GetObjectTaggingOutput};
pub use put_bucket_tagging::{PutBucketTagging, PutBucketTaggingOutput};
pub use put_object_tagging::{PutObjectTagging, PutObjectTaggingOutput};
