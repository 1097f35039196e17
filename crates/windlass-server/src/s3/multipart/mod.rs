//! Multipart uploads: create, upload and copy parts, complete, abort, list.

mod complete;
mod copy_part;
mod create;
mod list_parts;
mod list_uploads;
mod put_part;

use crate::refusal::{Code, Refusal};
use crate::store::{ChecksumKind, UploadRecord};

use super::checksums;

/// Validates the number of a part.
fn part_number(number: i32) -> Result<u16, Refusal> {
    u16::try_from(number).ok().filter(|number| (1..=MOST_PARTS).contains(number)).ok_or_else(|| {
        Refusal::new(Code::InvalidArgument)
            .message("Part number must be an integer between 1 and 10000, inclusive")
            .detail("ArgumentName", "partNumber")
            .detail("ArgumentValue", number.to_string())
    })
}

/// Returns the algorithm and kind of the object's checksum.
fn checksum_of(upload: &UploadRecord) -> (&str, ChecksumKind) {
    match &upload.checksum {
        Some((algorithm, kind)) => (algorithm, *kind),
        None => (checksums::DEFAULT_ALGORITHM, ChecksumKind::FullObject),
    }
}

/// Rejects a checksum of another algorithm than the upload was created with. An upload without an algorithm
/// accepts any.
fn check_algorithm(upload: &UploadRecord, sent: Option<&str>) -> Result<(), Refusal> {
    let Some((algorithm, kind)) = &upload.checksum else { return Ok(()) };
    // Parts need no checksum if the checksum is of the whole object.
    if sent == Some(algorithm) || sent.is_none() && *kind == ChecksumKind::FullObject {
        return Ok(());
    }
    Err(Refusal::new(Code::InvalidRequest).message(format!(
        "Checksum Type mismatch occurred, expected checksum Type: {algorithm}, actual checksum Type: {}",
        sent.unwrap_or("null")
    )))
}

const MOST_PARTS: u16 = 10_000;
