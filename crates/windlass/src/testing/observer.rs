//! A recording observer.

use std::sync::{Arc, Mutex, PoisonError};

use crate::ports::{Event, Observer};

/// Records the `Debug` output of every event. Clones share the record.
#[derive(Clone, Debug, Default)]
pub struct RecordingObserver(Arc<Mutex<Vec<String>>>);

impl RecordingObserver {
    /// Returns the events so far.
    pub fn events(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Observer for RecordingObserver {
    fn on_event(&self, event: &Event<'_>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(format!("{event:?}"));
    }
}
