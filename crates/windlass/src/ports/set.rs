//! The collaborators of a client as one value.

use std::sync::Arc;

use super::{Clock, Environment, Event, Files, HttpTransport, Observer, Random, Spawner};

/// The collaborators of a client, and of the providers of its credentials. Cheap to clone: each member is shared.
#[derive(Clone, Debug)]
pub struct Ports {
    /// Sends requests.
    pub transport: Arc<dyn HttpTransport>,
    /// Tells the time, and waits.
    pub clock: Arc<dyn Clock>,
    /// Gives jitter.
    pub random: Arc<dyn Random>,
    /// Runs tasks in the background.
    pub spawner: Arc<dyn Spawner>,
    /// Is told of events.
    pub observer: Option<Arc<dyn Observer>>,
    /// The variables of the process.
    pub environment: Arc<dyn Environment>,
    /// The files of the machine.
    pub files: Arc<dyn Files>,
}

impl Ports {
    /// Tells the observer, if there is one.
    pub(crate) fn observe(&self, event: &Event<'_>) {
        if let Some(observer) = &self.observer {
            observer.on_event(event);
        }
    }
}
