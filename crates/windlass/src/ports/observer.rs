//! What happens inside, for whoever wants to watch.

use std::fmt;
use std::time::Duration;

use super::ByteCounter;
use crate::Error;
use crate::types::ChecksumAlgorithm;

/// Watches requests. Called on the request's own task: it has to be quick and must not block.
pub trait Observer: fmt::Debug + Send + Sync {
    /// Something happened.
    fn on_event(&self, event: &Event<'_>);
}

/// What a caller should know about work that was done.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// The response does not confirm the server-side encryption (SSE) that the request asked for.
    EncryptionUnconfirmed {
        /// What was asked for, such as `AES256`.
        requested: String,
    },
    /// The tags of a copy's source cannot be read on this service: the copy has none.
    TagsNotRead {
        /// What the service said.
        reason: String,
    },
    /// The service did not accept the checksum of the whole object and completed the upload without it. Its length and
    /// its parts are verified, the whole is not.
    WholeNotVerified,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EncryptionUnconfirmed { requested } => {
                write!(f, "the service did not confirm the encryption {requested}; the object may be stored in plain")
            }
            Self::TagsNotRead { reason } => {
                write!(f, "the tags of the source cannot be read, and the copy has none: {reason}")
            }
            Self::WholeNotVerified => f.write_str(
                "the service refused the checksum of the whole object and stored it without; each part is verified, the \
                 whole is not",
            ),
        }
    }
}

/// Something that happened to a request.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// An attempt is handed to the transport.
    Sending {
        /// The operation's API name.
        operation: &'static str,
        /// The bucket; empty where there is none.
        bucket: &'a str,
        /// The key; empty where there is none.
        key: &'a str,
        /// Counts from 1.
        attempt: u32,
        /// The bytes of the body that the network has taken; None for a body that is sent in one piece.
        sent: Option<&'a ByteCounter>,
    },
    /// An attempt got an answer, of any status.
    Answered {
        /// The operation's API name.
        operation: &'static str,
        /// The bucket; empty where there is none.
        bucket: &'a str,
        /// The key; empty where there is none.
        key: &'a str,
        /// Counts from 1.
        attempt: u32,
        /// The HTTP status.
        status: u16,
        /// From the moment the request was handed to the transport to the answer's headers.
        elapsed: Duration,
    },
    /// The service accepted a request to another region than the one tried first; later requests go there.
    RegionLearnt {
        /// The bucket; empty where the region is that of the list of buckets.
        bucket: &'a str,
        /// Its region.
        region: &'a str,
    },
    /// The service accepted a request signed with its own time instead of ours; later requests are signed so too.
    ClockCorrected {
        /// How far the service is ahead, in seconds.
        seconds: i64,
    },
    /// The service no longer takes the credentials; fresh ones are fetched and the request is sent again.
    CredentialsRejected {
        /// The operation's API name.
        operation: &'static str,
    },
    /// The service does not take checksums in headers: uploads carry `Content-MD5` from here on.
    ChecksumsRefused {
        /// The operation's API name.
        operation: &'static str,
    },
    /// The service gave a checksum of content that cannot be one of its algorithm; the content is not compared with it.
    ChecksumUnusable {
        /// The operation's API name.
        operation: &'static str,
        /// The bucket.
        bucket: &'a str,
        /// The key.
        key: &'a str,
        /// The algorithm.
        algorithm: &'a ChecksumAlgorithm,
        /// What the service gave for the value.
        value: &'a str,
    },
    /// The service has no `DeleteObjects`: objects are deleted one by one from here on.
    DeleteObjectsRefused {
        /// The bucket.
        bucket: &'a str,
    },
    /// Something was done that is not all that was asked for.
    Warning {
        /// The operation's API name.
        operation: &'static str,
        /// The bucket.
        bucket: &'a str,
        /// The key.
        key: &'a str,
        /// What.
        warning: &'a Warning,
    },
    /// A pooled connection had died; the request is sent again over a new one.
    ConnectionReplaced {
        /// The operation's API name.
        operation: &'static str,
    },
    /// An attempt failed, and another follows after a wait.
    Retrying {
        /// The operation's API name.
        operation: &'static str,
        /// The attempt that failed, counted from 1.
        attempt: u32,
        /// How long is waited.
        delay: Duration,
        /// Why.
        error: &'a Error,
    },
}
