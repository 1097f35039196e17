//! `CompleteMultipartUpload`.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use futures_util::StreamExt;
use http::Response;
use s3s::Body;
use s3s::crypto::{Checksum as _, Md5};

use super::{check_algorithm, checksum_of, part_number};
use crate::encode;
use crate::refusal::{Code, Refusal};
use crate::s3::checksums::{self, Algorithm};
use crate::s3::conditions::Conditions;
use crate::s3::document::{Document, Element};
use crate::s3::request::Request;
use crate::s3::{Operations, encryption, quoted};
use crate::store::{
    AssembledPart, Assembly, Checksum, ChecksumKind, Draft, Guard, ObjectRecord, PartRecord, Place,
    UploadName, UploadRecord, Version,
};

impl Operations {
    pub(in crate::s3) async fn complete_upload(&self, request: &Request) -> Result<Response<Body>, Refusal> {
        let listed = ListedPart::all_of(&request.document)?;
        match self.assemble(request, &listed).await {
            // The response can have been lost: the same list returns the same result again.
            Err(refusal) if refusal.code == Code::NoSuchUpload => {
                match self.made_before(request, &listed)? {
                    Some(version) => self.completed(request, &version),
                    None => Err(refusal),
                }
            }
            answer => answer,
        }
    }

    async fn assemble(&self, request: &Request, listed: &[ListedPart]) -> Result<Response<Body>, Refusal> {
        let name = request.upload();
        let conditions = Conditions::of(&request.headers);
        conditions.check_writable()?;
        let upload = self.store.upload(name)?;
        encryption::check_rest(&request.headers, upload.encryption.as_ref())?;
        let (algorithm, kind) = checksum_of(&upload);
        let mode = upload.checksum.as_ref().map_or("null", |(_, kind)| checksums::kind_name(*kind));
        if request.header("x-amz-checksum-type").is_some_and(|sent| sent != mode) {
            return Err(Refusal::new(Code::InvalidRequest).message(format!(
                "The upload was created using the {mode} checksum mode. The complete request must use the same checksum mode."
            )));
        }
        let parts = chosen(&upload, &self.store.parts(name)?, name.id, listed)?;
        let size: u64 = parts.iter().map(|part| part.size).sum();
        if request.header("x-amz-mp-object-size").is_some_and(|sent| sent != size.to_string()) {
            return Err(Refusal::new(Code::InvalidRequest)
                .message("The provided 'x-amz-mp-object-size' header does not match what was computed."));
        }
        // Fail early, before the parts are read. The check at the commit is authoritative.
        conditions.check_write(self.store.find(name.bucket, name.key, None)?.as_deref())?;

        let mut draft = self.store.begin().await?;
        let whole = self.join(&mut *draft, name, &parts, algorithm).await?;
        let checksum = match kind {
            ChecksumKind::FullObject => whole,
            ChecksumKind::Composite => {
                checksums::composite(algorithm, parts.iter().map(|part| &part.checksum))?
            }
        };
        check_promise(request, &upload, &checksum)?;
        let record = ObjectRecord {
            size,
            etag: etag(&parts)?,
            last_modified: self.now(),
            checksum,
            settings: upload.settings.clone(),
            assembly: Some(Assembly { upload: name.id.to_owned(), parts }),
            annotations: upload.annotations.clone(),
            encryption: upload.encryption.clone(),
        };
        let guard: Guard<'_> = &|current| conditions.check_write(current);
        let version = draft.commit_upload(name, record, guard).await?;
        self.completed(request, &version)
    }

    /// Returns the version that this upload was completed to, if the list of parts is the same.
    fn made_before(&self, request: &Request, listed: &[ListedPart]) -> Result<Option<Arc<Version>>, Refusal> {
        let (key, id) = (request.key(), request.upload().id);
        let mut place = Place::Key(Bound::Included(key));
        let mut last;
        while let Some((found, version, _)) = self.store.next_version(request.bucket(), place)? {
            if found != key {
                break;
            }
            if version.object().is_some_and(|object| is_made_of(object, id, listed)) {
                return Ok(Some(version));
            }
            last = version.id.clone();
            place = Place::Entry(key, &last);
        }
        Ok(None)
    }

    fn completed(&self, request: &Request, version: &Version) -> Result<Response<Body>, Refusal> {
        let object = version.object().ok_or(Code::NoSuchUpload)?;
        let mut answer = describe(request, object);
        self.show_version(&mut answer, request.bucket(), version);
        answer.headers_mut().extend(encryption::headers(object.encryption.as_ref()));
        Ok(answer)
    }

    /// Concatenates the parts and computes the checksum of the whole.
    async fn join(
        &self,
        draft: &mut dyn Draft,
        upload: UploadName<'_>,
        parts: &[AssembledPart],
        algorithm: &str,
    ) -> Result<Checksum, Refusal> {
        let mut hasher = checksums::hasher(algorithm);
        for part in parts {
            let found = self.store.read_part(upload, part.number).await?;
            // The part can have been replaced since it was selected.
            let Some((_, mut content)) = found.filter(|(record, _)| record.etag == part.etag) else {
                return Err(invalid_part(upload.id, part.number, &part.etag));
            };
            while let Some(bytes) = content.next().await {
                let bytes = bytes?;
                hasher.update(&bytes);
                draft.write(bytes).await?;
            }
        }
        Ok(checksums::finish(hasher, algorithm))
    }
}

/// A part in the list of the request.
struct ListedPart {
    number: u16,
    etag: String,
    checksums: Vec<(&'static Algorithm, String)>,
}

impl ListedPart {
    fn all_of(document: &[u8]) -> Result<Vec<Self>, Refusal> {
        let root = Element::parse(document, "CompleteMultipartUpload")?;
        let parts = root.children.iter().filter(|child| child.name == "Part");
        let parts: Vec<Self> = parts.map(Self::of).collect::<Result<_, _>>()?;
        if parts.is_empty() { Err(Code::MalformedXML.into()) } else { Ok(parts) }
    }

    fn of(part: &Element) -> Result<Self, Refusal> {
        let number = part.text_of("PartNumber").and_then(|text| text.trim().parse().ok());
        let number = number.ok_or(Code::MalformedXML)?;
        let etag = part.text_of("ETag").ok_or(Code::MalformedXML)?.trim().trim_matches('"').to_owned();
        let checksum = |child: &Element| {
            let algorithm = Algorithm::of_element(&child.name)?;
            Some((algorithm, child.text.trim().to_owned()))
        };
        Ok(Self {
            number: part_number(number)?,
            etag,
            checksums: part.children.iter().filter_map(checksum).collect(),
        })
    }
}

/// Returns the listed parts if the list is valid.
fn chosen(
    upload: &UploadRecord,
    present: &BTreeMap<u16, PartRecord>,
    id: &str,
    listed: &[ListedPart],
) -> Result<Vec<AssembledPart>, Refusal> {
    if !listed.is_sorted_by(|left, right| left.number < right.number) {
        return Err(Refusal::new(Code::InvalidPartOrder).detail("UploadId", id));
    }
    let mut parts = Vec::with_capacity(listed.len());
    for part in listed {
        let invalid = || invalid_part(id, part.number, &part.etag);
        let found = present.get(&part.number).filter(|found| found.etag == part.etag).ok_or_else(invalid)?;
        check_checksums(upload, found, part).map_err(|refusal| refusal.unwrap_or_else(invalid))?;
        parts.push(AssembledPart {
            number: part.number,
            size: found.size,
            etag: found.etag.clone(),
            checksum: found.checksum.clone(),
        });
    }
    let (_, kind) = checksum_of(upload);
    if kind == ChecksumKind::Composite
        && parts.last().is_some_and(|last| usize::from(last.number) != parts.len())
    {
        return Err(Refusal::new(Code::InternalError)
            .message("Part numbers must be consecutive and start with 1 if the parts have checksums."));
    }
    match parts.iter().rev().skip(1).find(|part| part.size < SMALLEST_PART) {
        None => Ok(parts),
        Some(small) => Err(Refusal::new(Code::EntityTooSmall)
            .detail("ProposedSize", small.size.to_string())
            .detail("MinSizeAllowed", SMALLEST_PART.to_string())
            .detail("PartNumber", small.number.to_string())
            .detail("ETag", small.etag.clone())),
    }
}

/// Compares the checksums of a listed part with the uploaded one. A refusal of `None` means that it is
/// another part.
fn check_checksums(
    upload: &UploadRecord,
    found: &PartRecord,
    listed: &ListedPart,
) -> Result<(), Option<Refusal>> {
    let (algorithm, kind) = checksum_of(upload);
    if listed.checksums.is_empty() && kind == ChecksumKind::Composite {
        let algorithm = algorithm.to_lowercase();
        return Err(Some(Refusal::new(Code::InvalidRequest).message(format!(
            "The upload was created using a {algorithm} checksum. The complete request must include the checksum for each part. It was missing for part {} in the request.",
            listed.number
        ))));
    }
    for (sent, value) in &listed.checksums {
        check_algorithm(upload, Some(sent.name)).map_err(Some)?;
        let known = [Some(&found.checksum), found.declared.as_ref()].into_iter().flatten();
        if known.clone().any(|known| known.algorithm == sent.name)
            && known.map(|it| &it.value).all(|it| it != value)
        {
            return Err(None);
        }
    }
    Ok(())
}

/// Compares the checksum with the one that the request declares for the object.
fn check_promise(request: &Request, upload: &UploadRecord, checksum: &Checksum) -> Result<(), Refusal> {
    let Some((algorithm, value)) = checksums::only_header(&request.headers)? else { return Ok(()) };
    if let Some((created, kind)) = &upload.checksum {
        // S3 compares the checksum of a whole object only if the request declares that type.
        let is_told = *kind == ChecksumKind::Composite || request.header("x-amz-checksum-type").is_some();
        if algorithm.name != created || !is_told {
            return Err(checksums::mismatch(created));
        }
    }
    if algorithm.name != checksum.algorithm {
        return Err(Refusal::new(Code::InvalidRequest).message(format!(
            "The upload was created without a checksum; the {} of the object is not known.",
            algorithm.name
        )));
    }
    let bare = match checksum.kind {
        ChecksumKind::Composite => checksum.value.split('-').next(),
        ChecksumKind::FullObject => None,
    };
    if value == checksum.value || bare == Some(value) {
        Ok(())
    } else {
        Err(checksums::mismatch(algorithm.name))
    }
}

/// Computes the MD5 of the MD5s of the parts, with their count.
fn etag(parts: &[AssembledPart]) -> Result<String, Refusal> {
    let mut md5 = Md5::new();
    for part in parts {
        md5.update(&encode::unhex(&part.etag).ok_or(Code::InternalError)?);
    }
    Ok(format!("{}-{}", encode::hex(&md5.finalize()), parts.len()))
}

fn is_made_of(object: &ObjectRecord, upload: &str, listed: &[ListedPart]) -> bool {
    object.assembly.as_ref().is_some_and(|assembly| {
        let parts = assembly.parts.iter().map(|part| (part.number, part.etag.as_str()));
        assembly.upload == upload && parts.eq(listed.iter().map(|part| (part.number, part.etag.as_str())))
    })
}

fn describe(request: &Request, object: &ObjectRecord) -> Response<Body> {
    let mut document = Document::new("CompleteMultipartUploadResult");
    let host = request.header("host").unwrap_or_default();
    document.put("Location", format!("http://{host}{}", request.path));
    document.put("Bucket", request.bucket());
    document.put("Key", request.key());
    document.put("ETag", quoted(&object.etag));
    if let Some(algorithm) = Algorithm::named(&object.checksum.algorithm) {
        document.put(algorithm.element, &object.checksum.value);
    }
    document.put("ChecksumType", checksums::kind_name(object.checksum.kind));
    document.answer()
}

fn invalid_part(id: &str, number: u16, etag: &str) -> Refusal {
    Refusal::new(Code::InvalidPart)
        .detail("UploadId", id)
        .detail("PartNumber", number.to_string())
        .detail("ETag", etag)
}

/// Applies to all parts but the last, in bytes.
const SMALLEST_PART: u64 = 5 << 20;
