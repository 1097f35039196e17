//! `ListParts`.

use std::ops::Bound;

use http::Response;
use s3s::Body;

use super::checksum_of;
use crate::date;
use crate::refusal::Refusal;
use crate::s3::checksums::{self, Algorithm};
use crate::s3::document::Document;
use crate::s3::request::Request;
use crate::s3::{OWNER, Operations, encryption, quoted, settings, walk};

impl Operations {
    pub(in crate::s3) fn list_parts(&self, request: &Request) -> Result<Response<Body>, Refusal> {
        let name = request.upload();
        let limit = walk::limit(request.number("max-parts")?, "max-parts")?;
        let marker = request.number("part-number-marker")?.unwrap_or_default();
        let upload = self.store.upload(name)?;
        encryption::check_rest(&request.headers, upload.encryption.as_ref())?;
        let all = self.store.parts(name)?;
        let after = Bound::Excluded(u16::try_from(marker.max(0)).unwrap_or(u16::MAX));
        let rest = || all.range((after, Bound::Unbounded));
        let is_truncated = limit > 0 && rest().count() > limit;
        let last = rest().take(limit).last().map_or(marker, |(number, _)| i32::from(*number));

        let mut document = Document::new("ListPartsResult");
        document.put("Bucket", name.bucket);
        document.put("Key", name.key);
        document.put("UploadId", name.id);
        document.within("Initiator", |it| it.put("ID", OWNER));
        document.within("Owner", |it| it.put("ID", OWNER));
        document.put("StorageClass", settings::storage_class(&upload.settings));
        document.put("PartNumberMarker", marker);
        document.put("NextPartNumberMarker", last);
        document.put("MaxParts", limit);
        document.put("IsTruncated", is_truncated);
        let (algorithm, kind) = checksum_of(&upload);
        document.put("ChecksumAlgorithm", algorithm);
        document.put("ChecksumType", checksums::kind_name(kind));
        for (number, part) in rest().take(limit) {
            document.within("Part", |it| {
                it.put("PartNumber", number);
                it.put("LastModified", date::format_xml(part.last_modified));
                it.put("ETag", quoted(&part.etag));
                it.put("Size", part.size);
                if let Some(algorithm) = Algorithm::named(&part.checksum.algorithm) {
                    it.put(algorithm.element, &part.checksum.value);
                }
            });
        }
        Ok(document.answer())
    }
}
