//! Uploads of any size, including unknown sizes: in one request if small, else in parts.

use super::builder::{Transfer, TransferOperation};
use super::in_flight::{Arrived, Part, Sent};
use super::parts::Parts;
use super::plan::{growing_part_size, part_size, sections};
use super::presence;
use super::stream_parts::StreamParts;
use crate::operations::{PutObject, UploadPart};
use crate::ports::BoxFuture;
use crate::types::{ETag, ObjectChecksums, ResponseInfo, WriteConditions};
use crate::{Body, Client, Error, ErrorKind, Request, Result};

impl Client {
    /// Writes an object of any size; the length of the body may be unknown.
    ///
    /// The settings are those of [`put_object`](Self::put_object): `client.put_object(..).content_type(..).in_parts()`
    /// is equivalent with settings.
    ///
    /// ```no_run
    /// # async fn example(client: windlass::Client) -> windlass::Result<()> {
    /// let body = windlass::Body::from_reader(tokio::io::stdin());
    /// let uploaded = client.upload("backup", "dump.sql", body).await?;
    /// println!("{} bytes in {} parts", uploaded.size, uploaded.parts);
    /// # Ok(())
    /// # }
    /// ```
    pub fn upload(&self, bucket: impl Into<String>, key: impl Into<String>, body: impl Into<Body>) -> Upload {
        self.put_object(bucket, key, body).in_parts()
    }
}

impl Request<PutObject> {
    /// Writes the object in parts if it is larger than one part or its length is unknown.
    pub fn in_parts(self) -> Upload {
        Transfer::new(self)
    }
}

/// An upload that has not started: `.await` it.
///
/// A file is read in place. A stream that can be read only once is buffered: as many parts as fit into 32 MiB, and one
/// more while it is read.
pub type Upload = Transfer<PutObject>;

/// The result of an upload.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct UploadOutput {
    /// The checksums that S3 stores.
    pub checksums: ObjectChecksums,
    /// The entity tag.
    pub etag: Option<ETag>,
    /// The number of parts; 0 for a single request.
    pub parts: u32,
    /// The request ids of the last response.
    pub response: ResponseInfo,
    /// The size of the object in bytes.
    pub size: u64,
    /// The version that was written.
    pub version_id: Option<String>,
    /// Whether the service rejected the checksum of the whole object and stored the object without it: every part is
    /// verified, and the length and the entity tag or a checksum of the object, but not its whole content.
    pub whole_unverified: bool,
}

const PART_SIZE: u64 = 8 << 20;
/// The memory limit for streams that can be read only once.
const HELD: u64 = 32 << 20;

impl TransferOperation for PutObject {
    fn write_conditions(&mut self) -> &mut WriteConditions {
        &mut self.conditions
    }

    fn transfer(transfer: Upload) -> BoxFuture<'static, Result<UploadOutput>> {
        Box::pin(transfer.upload())
    }
}

impl Upload {
    async fn upload(self) -> Result<UploadOutput> {
        let most_parts = self.client.service_profile().most_parts;
        if let Some(length) = self.operation.body.length() {
            let size = part_size(length, self.part_size.unwrap_or(PART_SIZE), most_parts)?;
            if length <= size {
                return self.in_one(length).await;
            }
            return if self.operation.body.section(0..0).is_some() {
                self.in_sections(length, size).await
            } else {
                self.in_order(Some((length, size))).await
            };
        }
        self.in_order(None).await
    }

    async fn in_one(self, size: u64) -> Result<UploadOutput> {
        if self.keep && !self.client.service_profile().conditions.put {
            presence::refuse_existing(&self.client, &self.operation).await?;
        }
        let put = self.client.send(self.operation).await?;
        self.progress.tell(size);
        Ok(UploadOutput {
            checksums: put.checksums,
            etag: put.etag,
            parts: 0,
            response: put.response,
            size,
            version_id: put.version_id,
            whole_unverified: false,
        })
    }

    /// A body with random access: every part reads its own section.
    async fn in_sections(self, length: u64, size: u64) -> Result<UploadOutput> {
        let parts = self.begin().await?;
        let sending = (1..).zip(sections(length, size)).map(|(number, range)| {
            // The caller has checked that the body has sections.
            let body = self.operation.body.section(range).unwrap_or_default();
            self.send_part(&parts, number, body)
        });
        let sent = parts.side_by_side(&self.client, self.concurrency, &self.progress, sending).await;
        parts.end(&self.client, &self.operation, sent, self.keep).await
    }

    async fn begin(&self) -> Result<Parts> {
        if self.keep {
            presence::refuse_existing(&self.client, &self.operation).await?;
        }
        Parts::begin(&self.client, &self.operation).await
    }

    /// A sequential body: parts are buffered while they are sent. `known` has its length and part size.
    async fn in_order(mut self, known: Option<(u64, u64)>) -> Result<UploadOutput> {
        let of_object = |error: Error| error.with_target(&self.operation.bucket, &self.operation.key);
        let mut stream_parts = StreamParts::open(&self.operation.body).await.map_err(of_object)?;
        let first = stream_parts.next_part(self.size_of(1, known)).await.map_err(of_object)?;
        // Only the next read shows whether more data follows.
        let second = if stream_parts.ended() {
            Body::empty()
        } else {
            stream_parts.next_part(self.size_of(2, known)).await.map_err(of_object)?
        };
        if second.length() == Some(0) && known.is_none() {
            let size = first.length().unwrap_or_default();
            self.operation.body = first;
            return self.in_one(size).await;
        }
        let parts = self.begin().await?;
        let sent = self.send_stream_parts(&parts, [first, second], stream_parts, known).await;
        parts.end(&self.client, &self.operation, sent, self.keep).await
    }

    async fn send_stream_parts(
        &self,
        parts: &Parts,
        first: [Body; 2],
        mut stream_parts: StreamParts,
        known: Option<(u64, u64)>,
    ) -> Result<Vec<Sent>> {
        let mut in_flight = parts.in_flight(&self.client, &self.progress);
        let mut ready = first.into_iter();
        let mut total = 0;
        for number in 1.. {
            let size = self.size_of(number, known);
            let at_once = usize::try_from(HELD / size).unwrap_or(1).clamp(1, self.concurrency);
            in_flight.fewer_than(at_once).await?;
            let body = match ready.next() {
                Some(body) => body,
                // Parts in flight continue while the next one is read.
                None => in_flight.meanwhile(stream_parts.next_part(size)).await?,
            };
            let length = body.length().unwrap_or_default();
            if length == 0 {
                break;
            }
            if number > self.client.service_profile().most_parts {
                let message =
                    format!("the upload has no more parts after {total} bytes: set a larger part size");
                return Err(Error::new(ErrorKind::TooManyParts, message));
            }
            total += length;
            if let Some((promised, _)) = known
                && total > promised
            {
                let message = format!("the body is longer than the declared {promised} bytes");
                return Err(Error::new(ErrorKind::IncompleteBody, message));
            }
            in_flight.start(self.send_part(parts, number, body));
        }
        let sent = in_flight.all().await?;
        match known {
            Some((length, _)) if length != total => {
                let message = format!("the body has {total} bytes instead of the declared {length}");
                Err(Error::new(ErrorKind::IncompleteBody, message))
            }
            _ => Ok(sent),
        }
    }

    fn send_part(&self, parts: &Parts, number: u32, body: Body) -> Part {
        let object = &self.operation;
        let length = body.length().unwrap_or_default();
        let mut part = UploadPart::new(&object.bucket, &object.key, &parts.upload_id, number, body);
        part.customer_key.clone_from(&object.settings.customer_key);
        part.checksum_algorithm.clone_from(&parts.algorithm);
        let client = self.client.clone();
        let sending = Box::pin(async move {
            let (output, sent) = client.run_with_checksum(&part).await?;
            let confirmed = sent.is_some_and(|(name, sent)| {
                let mut kept = output.checksums.iter();
                kept.any(|(algorithm, value)| algorithm.header_name() == Some(name) && value == sent)
            });
            Ok(Arrived { part: output.completed(number), confirmed })
        });
        Part { number, length, sending }
    }

    fn size_of(&self, number: u32, known: Option<(u64, u64)>) -> u64 {
        match known {
            Some((_, size)) => size,
            None => {
                growing_part_size(number, self.part_size.unwrap_or(PART_SIZE), self.client.service_profile())
            }
        }
    }
}
