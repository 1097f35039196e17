//! Responses that are read completely before they are parsed: all except the content of objects. Their size is limited.

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;
use http::header::CONTENT_LENGTH;
use http::{HeaderMap, StatusCode};

use super::OpenResponse;
use crate::{Error, ErrorKind, Result};

/// A response with its whole body.
pub(crate) struct WholeResponse {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// The maximum size of an error document.
const LARGEST_ERROR: usize = 64 << 10;

impl OpenResponse {
    /// Reads the whole body. Of an error it reads the first 64 KiB, and keeps the data before an interruption.
    ///
    /// # Errors
    /// Fails if the body of a success is larger than `limit` or incomplete.
    pub(crate) async fn collect(self, limit: usize) -> Result<WholeResponse> {
        let Self { status, headers, mut body, .. } = self;
        let limit = if status.is_success() { limit } else { LARGEST_ERROR };
        let promised = headers
            .get(CONTENT_LENGTH)
            .and_then(|value| value.to_str().ok()?.parse::<usize>().ok())
            .unwrap_or(0);
        let mut first = Bytes::new();
        let mut rest = BytesMut::new();
        while let Some(chunk) = body.next().await {
            let chunk = match chunk {
                Ok(chunk) => chunk,
                // The status shows an error: S3 may close the connection before the document is complete.
                Err(_) if !status.is_success() => break,
                Err(error) => return Err(error),
            };
            let room = limit - first.len() - rest.len();
            if chunk.len() > room {
                if status.is_success() {
                    let message = format!("the response exceeds the limit of {limit} bytes");
                    return Err(Error::new(ErrorKind::InvalidResponse, message).with_status(status.as_u16()));
                }
                rest.extend_from_slice(&std::mem::take(&mut first));
                rest.extend_from_slice(chunk.get(..room).unwrap_or_default());
                break;
            }
            if first.is_empty() && rest.is_empty() {
                first = chunk;
                continue;
            }
            if rest.is_empty() {
                rest.reserve(promised.min(limit).max(first.len() + chunk.len()));
                rest.extend_from_slice(&std::mem::take(&mut first));
            }
            rest.extend_from_slice(&chunk);
        }
        let body = if rest.is_empty() { first } else { rest.freeze() };
        Ok(WholeResponse { status, headers, body })
    }
}
