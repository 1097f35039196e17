//! The one guard of a promised length: a body that is sent or received has exactly that many bytes.

use crate::{Error, ErrorKind, Result};

/// The bytes that are still to come of a body whose length was promised.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PromisedLength {
    length: u64,
    left: u64,
}

impl PromisedLength {
    pub(crate) fn new(length: u64) -> Self {
        Self { length, left: length }
    }

    /// The bytes that are still to come.
    pub(crate) fn left(self) -> u64 {
        self.left
    }

    /// The bytes that were counted.
    pub(crate) fn passed(self) -> u64 {
        self.length - self.left
    }

    /// Counts the next bytes.
    ///
    /// # Errors
    /// They are more than were promised. Another attempt would not help.
    pub(crate) fn count(&mut self, bytes: &[u8]) -> Result<()> {
        self.left = self.left.checked_sub(bytes.len() as u64).ok_or_else(|| {
            Error::new(ErrorKind::IncompleteBody, "the body has more bytes than were promised")
                .with_retry_class(None)
        })?;
        Ok(())
    }

    /// Ends the body.
    ///
    /// # Errors
    /// Bytes are missing.
    pub(crate) fn end(self) -> Result<()> {
        if self.left == 0 {
            return Ok(());
        }
        let message = format!("the body ended {} bytes early", self.left);
        Err(Error::new(ErrorKind::IncompleteBody, message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_has_as_many_bytes_as_were_promised() {
        let mut length = PromisedLength::new(5);
        length.count(b"abc").unwrap();
        assert_eq!(length.end().unwrap_err().message(), "the body ended 2 bytes early");
        length.count(b"de").unwrap();
        length.end().unwrap();
        let error = length.count(b"f").unwrap_err();
        assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::IncompleteBody, false));
    }
}
