//! Reports every opened connection to the observer, and the reason for its end.

use std::sync::Arc;
use std::time::Duration;

use crate::ports::events::{CloseReason, ConnectionClosed, ConnectionOpened};
use crate::ports::{Event, Observer, Origin};

/// Reports the end of a connection when it is dropped.
pub(super) struct Closing {
    observer: Option<Arc<dyn Observer>>,
    authority: Arc<str>,
    reason: CloseReason,
}

impl Closing {
    /// Reports a new connection to `origin` to the observer.
    pub(super) fn opened(observer: Option<&Arc<dyn Observer>>, origin: &Origin, elapsed: Duration) -> Self {
        let (authority, observer) = (origin.authority.clone(), observer.cloned());
        if let Some(observer) = &observer {
            let opened = ConnectionOpened { authority: &authority, is_secure: origin.secure, elapsed };
            observer.on_event(&Event::ConnectionOpened(opened));
        }
        Self { observer, authority, reason: CloseReason::Abandoned }
    }

    /// The reason if the connection is dropped from now on.
    pub(super) fn set_reason(&mut self, reason: CloseReason) {
        self.reason = reason;
    }
}

impl Drop for Closing {
    fn drop(&mut self) {
        if let Some(observer) = &self.observer {
            let closed = ConnectionClosed { authority: &self.authority, reason: self.reason };
            observer.on_event(&Event::ConnectionClosed(closed));
        }
    }
}
