//! The S3 protocol: building and signing requests, parsing responses. Pure: no clock, environment, files,
//! sockets or runtime. Time is an argument.

pub(crate) mod address;
pub(crate) mod checksum;
mod draft;
pub(crate) mod etag;
pub(crate) mod list_root;
pub(crate) mod open_enum;
mod request_options;
mod response;
pub(crate) mod rfc2047;
pub(crate) mod scanner;
pub(crate) mod shape;
pub(crate) mod signing;
mod subresource;
pub(crate) mod timestamp;
pub(crate) mod xml;

pub(crate) use crate::text::encode;
pub use draft::{Draft, Integrity, Target};
pub(crate) use etag::ETag;
pub use request_options::{RequestOptions, RequestPayer};
pub(crate) use response::HeaderText;
pub use response::Response;
pub use shape::Document;
pub use subresource::Subresource;
