//! Errors for unsendable requests and invalid settings.

use std::io;

use crate::ports::{TransportError, TransportErrorKind};
use crate::{Error, ErrorKind};

pub(super) fn unusable(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> TransportError {
    TransportError::new(TransportErrorKind::Unsendable, error)
}

/// A failure that reaches the caller unchanged.
pub(super) fn settled(kind: TransportErrorKind, error: Error) -> TransportError {
    TransportError::new(kind, io::Error::other(error))
}

pub(super) fn invalid_setting(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidSetting, message)
}
