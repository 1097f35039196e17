//! `PutObject`.

use s3s::{Body, S3Request, S3Response, dto};

use super::checksums;
use super::conditions::Conditions;
use super::upload::Expected;
use super::verified::Trailers;
use super::{Operations, encryption, etag, locks, sent_headers, settings};
use crate::refusal::Refusal;
use crate::store::{Guard, ObjectRecord};

impl Operations {
    pub(super) async fn put(
        &self,
        request: S3Request<dto::PutObjectInput>,
    ) -> Result<S3Response<dto::PutObjectOutput>, Refusal> {
        let headers = sent_headers(&request).clone();
        let trailers = request.extensions.get::<Trailers>().map(|trailers| trailers.0.clone());
        let dto::PutObjectInput { bucket, key, body, .. } = request.input;
        self.check_bucket(&bucket)?;
        let conditions = Conditions::of(&headers);
        conditions.check_writable()?;
        let settings = settings::read(&headers)?;
        locks::check_checksum(&headers)?;
        let annotations = self.annotations(&headers, &bucket)?;
        let encryption = encryption::of_write(&headers, &self.region)?;
        let expected = Expected::of(&headers)?;
        // Known to fail: then the body need not come at all. Decided for good at the commit.
        conditions.check_write(self.store.find(&bucket, &key, None)?.as_deref())?;

        let mut draft = self.store.begin().await?;
        let body = body.unwrap_or_else(|| Body::empty().into());
        let written = expected.receive(&mut *draft, body, trailers.as_ref(), None).await?.written;
        let record = ObjectRecord {
            size: written.size,
            etag: written.etag(encryption.as_ref()),
            last_modified: self.now(),
            checksum: written.checksum,
            settings,
            assembly: None,
            annotations,
            encryption,
        };
        let mut shown = checksums::headers(&record.checksum, record.checksum.kind);
        shown.extend(encryption::headers_of_write(record.encryption.as_ref()));
        let e_tag = Some(etag(&record.etag));
        let guard: Guard<'_> = &|current| conditions.check_write(current);
        let version = draft.commit(&bucket, &key, record, guard).await?;
        let version_id = self.shown_version(&bucket, &version);
        let mut response = S3Response::new(dto::PutObjectOutput { e_tag, version_id, ..Default::default() });
        response.headers.extend(shown);
        Ok(response)
    }
}
