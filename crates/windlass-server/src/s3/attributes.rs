//! `GetObjectAttributes`.

use http::{HeaderValue, Response, header};
use s3s::Body;

use super::checksums::{self, Algorithm};
use super::document::Document;
use super::request::Request;
use super::{Operations, encryption, settings, versions, walk};
use crate::date;
use crate::refusal::{Code, Refusal};
use crate::store::{Assembly, Checksum, ChecksumKind, ObjectRecord};

impl Operations {
    pub(super) fn attributes(&self, request: &Request) -> Result<Response<Body>, Refusal> {
        let wanted = wanted(request)?;
        let id = versions::checked_id(request.parameter("versionId"))?;
        let found = self.store.find(request.bucket(), request.key(), id)?;
        let object = versions::object(found.as_deref(), request.key(), id)?;
        encryption::check_read(&request.headers, object.encryption.as_ref())?;
        let parts = Parts::of(request)?;
        let mut document = Document::new("GetObjectAttributesResponse");
        let is_wanted = |name: &str| wanted.contains(&name);
        if is_wanted("ETag") {
            document.put("ETag", &object.etag);
        }
        if is_wanted("Checksum") {
            document.within("Checksum", |it| {
                put_checksum(it, &object.checksum);
                it.put("ChecksumType", checksums::kind_name(object.checksum.kind));
            });
        }
        if is_wanted("ObjectParts")
            && let Some(assembly) = &object.assembly
        {
            document.within("ObjectParts", |it| parts.put(it, object, assembly));
        }
        if is_wanted("StorageClass") {
            document.put("StorageClass", settings::storage_class(&object.settings));
        }
        if is_wanted("ObjectSize") {
            document.put("ObjectSize", object.size);
        }
        let mut answer = document.answer();
        if let Ok(date) = HeaderValue::try_from(date::format_http(object.last_modified)) {
            answer.headers_mut().insert(header::LAST_MODIFIED, date);
        }
        if let Some(found) = &found {
            self.show_version(&mut answer, request.bucket(), found);
        }
        Ok(answer)
    }
}

/// Returns the requested attributes, from one header or several.
fn wanted(request: &Request) -> Result<Vec<&str>, Refusal> {
    let headers = request.headers.get_all("x-amz-object-attributes").iter();
    let names = headers.filter_map(|header| header.to_str().ok()).flat_map(|header| header.split(','));
    let names: Vec<&str> = names.map(str::trim).collect();
    let known = ["Checksum", "ETag", "ObjectParts", "ObjectSize", "StorageClass"];
    if names.is_empty() || !names.iter().all(|name| known.contains(name)) {
        return Err(Refusal::new(Code::InvalidArgument)
            .message("Invalid attribute name specified.")
            .detail("ArgumentName", "x-amz-object-attributes"));
    }
    Ok(names)
}

/// A page of the parts.
struct Parts {
    limit: usize,
    marker: usize,
}

impl Parts {
    fn of(request: &Request) -> Result<Self, Refusal> {
        let number = |name: &'static str| {
            let number = request.header(name).map(str::parse::<i32>).transpose();
            number.map_err(|_| {
                Refusal::new(Code::InvalidArgument)
                    .message(format!("Provided {name} not an integer or within integer range"))
                    .detail("ArgumentName", name)
            })
        };
        let marker = number("x-amz-part-number-marker")?.unwrap_or_default();
        let limit = walk::limit(number("x-amz-max-parts")?, "max-parts")?;
        Ok(Self { limit, marker: usize::try_from(marker).unwrap_or_default() })
    }

    /// Parts are listed only if they have checksums.
    fn put(&self, document: &mut Document, object: &ObjectRecord, assembly: &Assembly) {
        document.put("PartsCount", assembly.parts.len());
        if object.checksum.kind != ChecksumKind::Composite {
            return;
        }
        let rest = assembly.parts.iter().enumerate().skip(self.marker);
        let page: Vec<_> = rest.take(self.limit).collect();
        document.put("PartNumberMarker", self.marker);
        document.put("NextPartNumberMarker", self.marker + page.len());
        document.put("MaxParts", self.limit);
        document.put("IsTruncated", self.limit > 0 && self.marker + page.len() < assembly.parts.len());
        for (index, part) in page {
            document.within("Part", |it| {
                it.put("PartNumber", index + 1);
                it.put("Size", part.size);
                put_checksum(it, &part.checksum);
            });
        }
    }
}

fn put_checksum(document: &mut Document, checksum: &Checksum) {
    if let Some(algorithm) = Algorithm::named(&checksum.algorithm) {
        document.put(algorithm.element, &checksum.value);
    }
}
