//! Upload ids and part numbers in requests. Values that S3 rejects are errors before anything is sent.
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html>

use crate::protocol::Draft;
use crate::{Error, ErrorKind, Result};

/// The maximum number of parts of an upload and the highest part number.
pub(super) const MOST_PARTS: u32 = 10_000;

/// Sets the upload id.
pub(super) fn name_upload<'a>(draft: &mut Draft<'a>, upload_id: &'a str) {
    if upload_id.is_empty() {
        // Without an id the request would address the object itself; an abort would delete the object.
        let message = "the upload id is empty: pass the id that CreateMultipartUpload returned";
        draft.refuse(Error::new(ErrorKind::InvalidArgument, message));
    }
    draft.set_query("uploadId", Some(upload_id));
}

/// Sets the upload id and the part number.
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
    let message = format!("invalid part number {number}: parts are numbered 1 to {MOST_PARTS}");
    Err(Error::new(ErrorKind::InvalidArgument, message))
}
