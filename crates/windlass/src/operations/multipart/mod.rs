//! Multipart uploads.

mod abort_multipart_upload;
mod complete_multipart_upload;
mod create_multipart_upload;
mod list_multipart_uploads;
mod list_parts;
mod naming;
mod upload_part;
mod upload_part_copy;

pub use abort_multipart_upload::{AbortMultipartUpload, AbortMultipartUploadOutput};
pub use complete_multipart_upload::{CompleteMultipartUpload, CompleteMultipartUploadOutput, CompletedPart};
pub use create_multipart_upload::{CreateMultipartUpload, CreateMultipartUploadOutput};
pub use list_multipart_uploads::{ListMultipartUploads, ListMultipartUploadsOutput, MultipartUpload};
pub use list_parts::{ListParts, ListPartsOutput, Part};
pub use upload_part::{UploadPart, UploadPartOutput};
pub use upload_part_copy::{UploadPartCopy, UploadPartCopyOutput};
