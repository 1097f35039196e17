//! A body that breaks off.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::Frame;

use crate::body::{Body, BodyError};

/// Gives so many bytes of another body, and then an error.
pub(crate) struct CutBody {
    inner: Body,
    left: u64,
}

impl CutBody {
    pub(crate) fn new(inner: Body, after: u64) -> Self {
        Self { inner, left: after }
    }
}

impl http_body::Body for CutBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        if self.left == 0 {
            let error = io::Error::new(io::ErrorKind::ConnectionReset, "cut by an injected fault");
            return Poll::Ready(Some(Err(error.into())));
        }
        let frame = ready!(Pin::new(&mut self.inner).poll_frame(context)).transpose()?;
        let Some(Ok(mut bytes)) = frame.map(Frame::into_data) else {
            self.left = 0;
            return self.poll_frame(context);
        };
        let wanted = usize::try_from(self.left).unwrap_or(usize::MAX).min(bytes.len());
        bytes.truncate(wanted);
        self.left -= wanted as u64;
        Poll::Ready(Some(Ok(Frame::data(bytes))))
    }
}
