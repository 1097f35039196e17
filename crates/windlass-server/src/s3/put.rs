//! `PutObject`, and the write that all uploads in one request share.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::Stream;
use http::HeaderMap;
use s3s::{Body, S3Request, S3Response, TrailingHeaders, dto};

use super::conditions::Conditions;
use super::upload::Expected;
use super::verified::Trailers;
use super::{Operations, checksums, encryption, etag, locks, sent_headers, settings};
use crate::refusal::{Code, Refusal};
use crate::store::{Annotations, Guard, ObjectRecord, Version};

/// The attributes of the content of an object.
pub(super) struct Upload<'u> {
    pub(super) headers: &'u HeaderMap,
    pub(super) annotations: Annotations,
    pub(super) trailers: Option<TrailingHeaders>,
    /// The permitted size of the content, if limited.
    pub(super) sizes: Option<RangeInclusive<u64>>,
}

impl Operations {
    pub(super) async fn put(
        &self,
        request: S3Request<dto::PutObjectInput>,
    ) -> Result<S3Response<dto::PutObjectOutput>, Refusal> {
        let headers = sent_headers(&request).clone();
        let trailers = request.extensions.get::<Trailers>().map(|trailers| trailers.0.clone());
        let dto::PutObjectInput { bucket, key, body, .. } = request.input;
        self.check_bucket(&bucket)?;
        locks::check_checksum(&headers)?;
        let annotations = self.annotations(&headers, &bucket)?;
        let upload = Upload { headers: &headers, annotations, trailers, sizes: None };
        let body = body.unwrap_or_else(|| Body::empty().into());
        let (version, shown) = self.write(&bucket, &key, upload, body).await?;
        let mut response = S3Response::new(dto::PutObjectOutput {
            e_tag: version.object().map(|object| etag(&object.etag)),
            version_id: self.shown_version(&bucket, &version),
            ..Default::default()
        });
        response.headers.extend(shown);
        Ok(response)
    }

    /// Stores an object. Returns its version and the headers for the response.
    pub(super) async fn write<S, E>(
        &self,
        bucket: &str,
        key: &str,
        upload: Upload<'_>,
        content: S,
    ) -> Result<(Arc<Version>, HeaderMap), Refusal>
    where
        S: Stream<Item = Result<Bytes, E>> + Unpin,
        E: Display,
    {
        let conditions = Conditions::of(upload.headers);
        conditions.check_writable()?;
        let settings = settings::read(upload.headers)?;
        let encryption = self.encryption_of_write(bucket, upload.headers)?;
        let expected = Expected::of(upload.headers)?;
        // Fail early, before the body is read. The check at the commit is authoritative.
        conditions.check_write(self.store.find(bucket, key, None)?.as_deref())?;

        let mut draft = self.store.begin().await?;
        let written = expected.receive(&mut *draft, content, upload.trailers.as_ref(), None).await?.written;
        if let Some(sizes) = upload.sizes {
            check_size(written.size, &sizes)?;
        }
        let record = ObjectRecord {
            size: written.size,
            etag: written.etag(encryption.as_ref()),
            last_modified: self.now(),
            checksum: written.checksum,
            settings,
            assembly: None,
            annotations: upload.annotations,
            encryption,
        };
        let mut shown = checksums::headers(&record.checksum, record.checksum.kind);
        shown.extend(encryption::headers_of_write(record.encryption.as_ref()));
        let guard: Guard<'_> = &|current| conditions.check_write(current);
        Ok((draft.commit(bucket, key, record, guard).await?, shown))
    }
}

fn check_size(size: u64, sizes: &RangeInclusive<u64>) -> Result<(), Refusal> {
    let (code, limit, bound) = if size > *sizes.end() {
        (Code::EntityTooLarge, "MaxSizeAllowed", sizes.end())
    } else if size < *sizes.start() {
        (Code::EntityTooSmall, "MinSizeAllowed", sizes.start())
    } else {
        return Ok(());
    };
    Err(Refusal::new(code).detail("ProposedSize", size.to_string()).detail(limit, bound.to_string()))
}
