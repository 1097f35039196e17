//! The observer: receives events of requests, connections and credentials.

use std::fmt;

use super::Event;

/// Receives events, for logs, traces and metrics. Set it with
/// [`ClientBuilder::observer`](crate::ClientBuilder::observer).
///
/// It is called on the task of the request or of the credential fetch, so it must return quickly and not block. Events
/// have no headers, queries or keys, and so no secrets. Without an observer nothing is measured for events.
///
/// # Watching requests
///
/// Each request starts with [`Event::Started`] and ends with exactly one [`Event::Finished`], even if it fails before
/// anything is sent or is cancelled. In between each attempt has an [`Event::AttemptStarted`] and an
/// [`Event::AttemptFinished`]. All of them have the same [`RequestInfo::id`](super::events::RequestInfo::id). A request
/// that windlass sends by itself, such as a lookup of a bucket's region, has its own id and names its
/// [parent](super::events::Started::parent). Transfers consist of requests; each part of an upload is one. Presigning
/// and [`sign`](crate::Client::sign) send nothing and emit no request events.
///
/// An observer that counts requests and sums their bytes:
///
/// ```
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
/// use windlass::ports::events::Outcome;
/// use windlass::ports::{Event, Observer};
///
/// #[derive(Clone, Debug, Default)]
/// struct Totals(Arc<Counts>);
///
/// #[derive(Debug, Default)]
/// struct Counts {
///     requests: AtomicU64,
///     failures: AtomicU64,
///     bytes: AtomicU64,
/// }
///
/// impl Observer for Totals {
///     fn on_event(&self, event: &Event<'_>) {
///         let Event::Finished(finished) = event else { return };
///         self.0.requests.fetch_add(1, Relaxed);
///         if let Outcome::Failure(_) = finished.outcome {
///             self.0.failures.fetch_add(1, Relaxed);
///         }
///         self.0.bytes.fetch_add(finished.bytes_sent + finished.bytes_received, Relaxed);
///     }
/// }
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// # let transport = windlass::testing::MockTransport::new();
/// # transport.stored().response(404, "");
/// # let builder = windlass::testing::client_builder(&transport);
/// let totals = Totals::default();
/// let client = builder.observer(totals.clone()).build()?;
/// client.put_object("photos", "cat.jpg", "meow").await?;
/// client.head_object("photos", "dog.jpg").await.unwrap_err();
/// assert_eq!(totals.0.requests.load(Relaxed), 2);
/// assert_eq!(totals.0.failures.load(Relaxed), 1);
/// assert_eq!(totals.0.bytes.load(Relaxed), 4);
/// # windlass::Result::<()>::Ok(())
/// # }).unwrap();
/// ```
pub trait Observer: fmt::Debug + Send + Sync {
    /// Handles an event.
    fn on_event(&self, event: &Event<'_>);
}

/// A warning about work that succeeded.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// The response does not confirm the requested server-side encryption (SSE).
    EncryptionUnconfirmed {
        /// The requested encryption, such as `AES256`.
        requested: String,
    },
    /// The tags of the source of a copy cannot be read on this service: the copy has none.
    TagsNotRead {
        /// The error of the service.
        reason: String,
    },
    /// The service rejected the checksum of the whole object and completed the upload without it. Its length and its
    /// parts are verified, the whole object is not.
    WholeNotVerified,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EncryptionUnconfirmed { requested } => {
                write!(f, "the service did not confirm the encryption {requested}; the object may be stored unencrypted")
            }
            Self::TagsNotRead { reason } => {
                write!(f, "the copy has no tags, because those of the source cannot be read: {reason}")
            }
            Self::WholeNotVerified => f.write_str(
                "the service rejected the checksum of the whole object and stored the object without it; each part is verified, the \
                 whole object is not",
            ),
        }
    }
}
