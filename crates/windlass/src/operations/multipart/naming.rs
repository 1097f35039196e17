//! How requests name an upload and a part of it, with what S3 does not take refused before anything is sent.
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html>

use crate::protocol::Draft;
use crate::{Error, ErrorKind, Result};

/// The most parts that an upload has, and so the highest number of a part.
pub(super) const MOST_PARTS: u32 = 10_000;

/// Names the upload.
pub(super) fn name_upload<'a>(draft: &mut Draft<'a>, upload_id: &'a str) {
    if upload_id.is_empty() {
        // Without an id the request would be one for the object itself: its deletion, for one.
        let message = "the upload id is empty: CreateMultipartUpload gives it";
        draft.refuse(Error::new(ErrorKind::InvalidArgument, message));
    }
    draft.set_query("uploadId", Some(upload_id));
}

/// Names a part of the upload.
pub(super) fn name_part<'a>(draft: &mut Draft<'a>, upload_id: &'a str, part_number: u32) {
    if let Err(error) = check_part_number(part_number) {
        draft.refuse(error);
    }
    draft.set_query("partNumber", Some(part_number.to_string()));
    name_upload(draft, upload_id);
}

pub(super) fn check_part_number(number: u32) -> Result<()> {
    if (1..=MOST_PARTS).contains(&number) {
        return Ok(());
    }
    let message = format!("part number {number} cannot be: parts are numbered 1 to {MOST_PARTS}");
    Err(Error::new(ErrorKind::InvalidArgument, message))
}
