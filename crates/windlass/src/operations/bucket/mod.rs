//! Operations on buckets.

mod create_bucket;
mod delete_bucket;
mod get_bucket_location;
mod head_bucket;
mod list_buckets;

pub use create_bucket::{CreateBucket, CreateBucketOutput, DirectoryBucket};
pub use delete_bucket::{DeleteBucket, DeleteBucketOutput};
pub use get_bucket_location::{GetBucketLocation, GetBucketLocationOutput};
pub use head_bucket::{HeadBucket, HeadBucketOutput};
pub use list_buckets::{Bucket, ListBuckets, ListBucketsOutput};
