//! Verifies content with a composite checksum. S3's value does not cover the bytes directly, so windlass requests the
//! checksums of the parts and compares each part when it ends.
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html>

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;

use crate::body::ByteStream;
use crate::operations::{GetObject, GetObjectAttributes, GetObjectOutput, ObjectPart};
use crate::protocol::checksum::{self, Checksum};
use crate::types::{ChecksumAlgorithm, ObjectAttributes};
use crate::{Client, Error, ErrorKind, Request, Result};

impl Request<GetObject> {
    /// Reads the object and verifies it part by part if S3 has no checksum of the whole.
    ///
    /// This takes one more request, `GetObjectAttributes`, and applies only to whole objects with a composite checksum.
    /// If the service does not return the parts' checksums, or the caller has no permission, the content is not
    /// verified: see [`ByteStream::is_verified`].
    ///
    /// # Errors
    /// The errors of reading an object. A mismatch is [`ErrorKind::ChecksumMismatch`] and names the part and its bytes.
    pub async fn verify_parts(self) -> Result<GetObjectOutput> {
        let (client, get) = self.into_parts();
        let mut object = client.run(&get).await?;
        if object.body.is_verified() || object.head.content_range.is_some() {
            return Ok(object);
        }
        let Some((algorithm, whole)) = composite(&object) else { return Ok(object) };
        let Some(parts) = parts_of(&client, &get, &object, &algorithm).await? else { return Ok(object) };
        let values = parts.iter().map(|part| part.value.as_str());
        // Some services omit the number of parts that S3 appends to the value.
        let is_whole =
            |composed: String| composed == whole || composed.split('-').next() == Some(whole.as_str());
        if !checksum::composite(&algorithm, values).is_ok_and(is_whole) {
            // The object was replaced in the meantime: these are the parts of another object.
            return Ok(object);
        }
        let length = object.body.length();
        let checked = CheckedParts::new(object.body, algorithm, parts, get.bucket, get.key);
        object.body = ByteStream::new(checked, length).verified();
        Ok(object)
    }
}

/// The composite checksum of the object and its algorithm.
fn composite(object: &GetObjectOutput) -> Option<(ChecksumAlgorithm, String)> {
    let checksums = &object.head.checksums;
    let mut values = checksums.iter();
    let (algorithm, value) = values
        .find(|(algorithm, value)| checksums.is_composite(value) && Checksum::new(algorithm).is_some())?;
    Some((algorithm.clone(), value.to_owned()))
}

/// The end of a part and its checksum.
struct Expected {
    number: u32,
    begins: u64,
    ends: u64,
    value: String,
}

/// The parts of exactly this object; None if the service does not return them.
async fn parts_of(
    client: &Client,
    get: &GetObject,
    object: &GetObjectOutput,
    algorithm: &ChecksumAlgorithm,
) -> Result<Option<Vec<Expected>>> {
    let mut ask = GetObjectAttributes::new(&get.bucket, &get.key, [ObjectAttributes::ObjectParts]);
    ask.customer_key.clone_from(&get.options.customer_key);
    ask.version_id = object.head.version_id.clone().or_else(|| get.options.version_id.clone());
    let mut items = client.request(ask).items();
    let mut expected = Vec::new();
    let mut begins = 0_u64;
    loop {
        match items.try_next().await {
            Ok(Some(ObjectPart { checksums, part_number: number, size: Some(size) })) => {
                let Some(value) = checksums.get(algorithm) else { return Ok(None) };
                let Some(ends) = begins.checked_add(size) else { return Ok(None) };
                expected.push(Expected { number, begins, ends, value: value.to_owned() });
                begins = ends;
            }
            Ok(Some(_)) => return Ok(None),
            Ok(None) => break,
            Err(error) if may_do_without(&error) => return Ok(None),
            Err(error) => return Err(error),
        }
    }
    // Parts with another total length belong to another object or are incomplete.
    Ok((object.head.content_length == Some(begins) && !expected.is_empty()).then_some(expected))
}

/// Whether the service lacks the operation or denies it to this caller.
fn may_do_without(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::AccessDenied
            | ErrorKind::InvalidArgument
            | ErrorKind::InvalidResponse
            | ErrorKind::NotImplemented
            | ErrorKind::Rejected
    )
}

/// Compares each part when it ends.
struct CheckedParts {
    content: ByteStream,
    algorithm: ChecksumAlgorithm,
    checksum: Option<Checksum>,
    parts: std::vec::IntoIter<Expected>,
    part: Option<Expected>,
    passed: u64,
    bucket: String,
    key: String,
}

impl CheckedParts {
    fn new(
        content: ByteStream,
        algorithm: ChecksumAlgorithm,
        parts: Vec<Expected>,
        bucket: String,
        key: String,
    ) -> Self {
        let mut parts = parts.into_iter();
        let part = parts.next();
        Self { content, checksum: Checksum::new(&algorithm), algorithm, parts, part, passed: 0, bucket, key }
    }

    fn check(&mut self, mut chunk: &[u8]) -> Result<()> {
        while let Some(part) = &self.part {
            let left = part.ends.saturating_sub(self.passed);
            let within = usize::try_from(left).unwrap_or(usize::MAX).min(chunk.len());
            let (bytes, rest) = chunk.split_at(within);
            if let Some(checksum) = &mut self.checksum {
                checksum.update(bytes);
            }
            self.passed += within as u64;
            chunk = rest;
            if self.passed < part.ends {
                return Ok(());
            }
            let next = Checksum::new(&self.algorithm);
            let actual = std::mem::replace(&mut self.checksum, next).map(Checksum::finish);
            if actual.as_deref() != Some(part.value.as_str()) {
                let Expected { number, begins, ends, value } = part;
                let actual = actual.unwrap_or_default();
                let message = format!(
                    "the {} of part {number}, bytes {begins} to {}, is {actual}, S3 has {value}",
                    self.algorithm,
                    ends.saturating_sub(1),
                );
                return Err(Error::new(ErrorKind::ChecksumMismatch, message)
                    .with_operation("GetObject")
                    .with_target(&self.bucket, &self.key));
            }
            self.part = self.parts.next();
        }
        Ok(())
    }
}

impl Stream for CheckedParts {
    type Item = Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Poll::Ready(item) = Pin::new(&mut self.content).poll_next(context) else { return Poll::Pending };
        Poll::Ready(match item {
            Some(Ok(chunk)) => Some(self.check(&chunk).map(|()| chunk)),
            other => other,
        })
    }
}
