//! The ports of a client as one value.

use std::sync::Arc;

use super::{Clock, Environment, Event, Files, HttpTransport, Observer, Random, Spawner};

/// The ports of a client and of its credentials providers. Clones are cheap and share each port.
#[derive(Clone, Debug)]
pub struct Ports {
    /// The HTTP transport.
    pub transport: Arc<dyn HttpTransport>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The source of jitter.
    pub random: Arc<dyn Random>,
    /// The spawner of background tasks.
    pub spawner: Arc<dyn Spawner>,
    /// The observer of events.
    pub observer: Option<Arc<dyn Observer>>,
    /// The environment variables.
    pub environment: Arc<dyn Environment>,
    /// Small files, such as the profile files.
    pub files: Arc<dyn Files>,
}

impl Ports {
    /// Passes the event to the observer, if there is one.
    pub(crate) fn observe(&self, event: &Event<'_>) {
        if let Some(observer) = &self.observer {
            observer.on_event(event);
        }
    }
}
