//! `UploadPart`.

use s3s::{Body, S3Request, S3Response, dto};

use super::{check_algorithm, checksum_of, part_number};
use crate::refusal::Refusal;
use crate::s3::upload::{Expected, Received};
use crate::s3::verified::Trailers;
use crate::s3::{Operations, checksums, encryption, etag, sent_headers};
use crate::store::{PartRecord, UploadName};

impl Operations {
    pub(in crate::s3) async fn upload_part(
        &self,
        request: S3Request<dto::UploadPartInput>,
    ) -> Result<S3Response<dto::UploadPartOutput>, Refusal> {
        let headers = sent_headers(&request).clone();
        let expected = Expected::of(&headers)?;
        let trailers = request.extensions.get::<Trailers>().map(|trailers| trailers.0.clone());
        let dto::UploadPartInput { bucket, key, body, part_number: number, upload_id, .. } = request.input;
        let number = part_number(number)?;
        let name = UploadName { bucket: &bucket, key: &key, id: &upload_id };
        let upload = self.store.upload(name)?;
        encryption::check_part(&headers, upload.encryption.as_ref())?;
        check_algorithm(&upload, expected.declared.as_ref().map(|declared| declared.algorithm.as_str()))?;

        let mut draft = self.store.begin().await?;
        let body = body.unwrap_or_else(|| Body::empty().into());
        let (algorithm, _) = checksum_of(&upload);
        let Received { written, declared } =
            expected.receive(&mut *draft, body, trailers.as_ref(), Some(algorithm)).await?;
        let record = PartRecord {
            size: written.size,
            etag: written.etag(upload.encryption.as_ref()),
            last_modified: self.now(),
            checksum: written.checksum,
            declared,
        };
        let mut response =
            S3Response::new(dto::UploadPartOutput { e_tag: Some(etag(&record.etag)), ..Default::default() });
        response.headers.extend(checksums::header(record.declared.as_ref().unwrap_or(&record.checksum)));
        response.headers.extend(encryption::headers(upload.encryption.as_ref()));
        draft.commit_part(name, number, record).await?;
        Ok(response)
    }
}
