//! `UploadPartCopy`.

use http::Response;
use s3s::Body;

use super::{checksum_of, part_number};
use crate::refusal::{Code, Refusal};
use crate::s3::copy::{self, CopySource};
use crate::s3::document::Document;
use crate::s3::range::Span;
use crate::s3::request::Request;
use crate::s3::{Operations, encryption, upload};
use crate::store::{PartRecord, Reader};

impl Operations {
    pub(in crate::s3) async fn upload_part_copy(&self, request: &Request) -> Result<Response<Body>, Refusal> {
        let name = request.upload();
        let number = part_number(request.number("partNumber")?.unwrap_or_default())?;
        let mut source = CopySource::of(request)?;
        let upload = self.store.upload(name)?;
        encryption::check_part(&request.headers, upload.encryption.as_ref())?;
        let (reader, original) = self.open_source(request, &mut source).await?;
        let span = span(request.header("x-amz-copy-source-range"), original.size)?;

        let mut draft = self.store.begin().await?;
        let content = Reader::stream(reader, span.first, span.length).await?;
        let (algorithm, _) = checksum_of(&upload);
        let written = upload::write(&mut *draft, content, algorithm).await?;
        let record = PartRecord {
            size: written.size,
            etag: written.etag(upload.encryption.as_ref()),
            last_modified: self.now(),
            checksum: written.checksum,
            declared: None,
        };
        let mut document = Document::new("CopyPartResult");
        copy::describe(&mut document, record.last_modified, &record.etag, &record.checksum);
        draft.commit_part(name, number, record).await?;
        let mut answer = document.answer();
        source.show_version(&mut answer);
        answer.headers_mut().extend(encryption::headers(upload.encryption.as_ref()));
        Ok(answer)
    }
}

/// Returns the range to copy. Unlike the range of a GET, it is never clamped or ignored.
fn span(header: Option<&str>, size: u64) -> Result<Span, Refusal> {
    let Some(header) = header else {
        if size > LARGEST_PART {
            return Err(Refusal::new(Code::InvalidRequest).message(
                "The specified copy source is larger than the maximum allowable size for a copy source: 5368709120",
            ));
        }
        return Ok(Span { first: 0, length: size });
    };
    let numbers = header.strip_prefix("bytes=").and_then(|range| range.split_once('-'));
    let numbers =
        numbers.and_then(|(first, last)| Some((first.parse::<u64>().ok()?, last.parse::<u64>().ok()?)));
    let Some((first, last)) = numbers.filter(|(first, last)| first <= last && last - first < LARGEST_PART)
    else {
        return Err(Refusal::new(Code::InvalidArgument)
            .message("The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy")
            .detail("ArgumentName", "x-amz-copy-source-range")
            .detail("ArgumentValue", header));
    };
    if last >= size {
        return Err(Refusal::new(Code::InvalidArgument)
            .message(format!("Range specified is not valid for source object of size: {size}"))
            .detail("ArgumentName", "x-amz-copy-source-range")
            .detail("ArgumentValue", header));
    }
    Ok(Span { first, length: last - first + 1 })
}

/// In bytes.
const LARGEST_PART: u64 = 5 << 30;
