//! `CreateMultipartUpload` and `AbortMultipartUpload`.

use http::StatusCode;
use s3s::{S3Request, S3Response, dto};

use crate::date;
use crate::refusal::{Code, Refusal};
use crate::s3::checksums::{self, Algorithm};
use crate::s3::{Operations, encryption, sent_headers, settings, text};
use crate::store::{ChecksumKind, UploadName, UploadRecord};

impl Operations {
    pub(in crate::s3) fn create_upload(
        &self,
        request: S3Request<dto::CreateMultipartUploadInput>,
    ) -> Result<S3Response<dto::CreateMultipartUploadOutput>, Refusal> {
        let headers = sent_headers(&request);
        let checksum =
            checksum(text(headers, "x-amz-checksum-algorithm"), text(headers, "x-amz-checksum-type"))?;
        let settings = settings::read(headers)?;
        let annotations = self.annotations(headers, &request.input.bucket)?;
        let encryption = self.encryption_of_write(&request.input.bucket, headers)?;
        let shown = encryption::headers_of_write(encryption.as_ref());
        let dto::CreateMultipartUploadInput { bucket, key, .. } = request.input;
        let record = UploadRecord {
            key: key.clone(),
            initiated: self.now(),
            settings,
            annotations,
            encryption,
            checksum: checksum.clone(),
        };
        let id = self.store.create_upload(&bucket, record)?;
        let (algorithm, kind) = checksum.unzip();
        let mut response = S3Response::new(dto::CreateMultipartUploadOutput {
            bucket: Some(bucket),
            checksum_algorithm: algorithm.map(Into::into),
            checksum_type: kind.map(|kind| checksums::kind_name(kind).to_owned().into()),
            key: Some(key),
            upload_id: Some(id),
            ..Default::default()
        });
        response.headers.extend(shown);
        Ok(response)
    }

    pub(in crate::s3) fn abort_upload(
        &self,
        request: &S3Request<dto::AbortMultipartUploadInput>,
    ) -> Result<S3Response<dto::AbortMultipartUploadOutput>, Refusal> {
        let dto::AbortMultipartUploadInput { bucket, key, upload_id, .. } = &request.input;
        let upload = UploadName { bucket, key, id: upload_id };
        if let Some(wanted) = text(sent_headers(request), "x-amz-if-match-initiated-time") {
            let initiated = self.store.upload(upload)?.initiated;
            if date::parse_http(wanted) != Some(initiated / 1000) {
                return Err(
                    Refusal::new(Code::PreconditionFailed).detail("Condition", "If-Match-Initiated-Time")
                );
            }
        }
        self.store.abort_upload(upload)?;
        Ok(S3Response::with_status(dto::AbortMultipartUploadOutput::default(), StatusCode::NO_CONTENT))
    }
}

/// Reads the requested checksum.
fn checksum(algorithm: Option<&str>, kind: Option<&str>) -> Result<Option<(String, ChecksumKind)>, Refusal> {
    let refuse = |message: String| Err(Refusal::new(Code::InvalidRequest).message(message));
    let Some(algorithm) = algorithm else {
        return match kind {
            None => Ok(None),
            Some(_) => refuse(
                "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header."
                    .to_owned(),
            ),
        };
    };
    let algorithm = Algorithm::wanted(algorithm)?;
    let found =
        algorithm.kinds.iter().find(|known| kind.is_none_or(|kind| checksums::kind_name(**known) == kind));
    match (found, kind) {
        (Some(found), _) => Ok(Some((algorithm.name.to_owned(), *found))),
        (None, Some(kind @ ("COMPOSITE" | "FULL_OBJECT"))) => refuse(format!(
            "The {kind} checksum type cannot be used with the {} checksum algorithm.",
            algorithm.lower_name()
        )),
        (None, _) => refuse("Value for x-amz-checksum-type header is invalid.".to_owned()),
    }
}
