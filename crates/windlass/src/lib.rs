//! An Amazon S3 client.
