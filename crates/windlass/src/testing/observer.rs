//! An observer that writes down what it sees.

use std::sync::{Arc, Mutex, PoisonError};

use crate::ports::{Event, Observer};

/// Keeps the `Debug` form of every event. Clones share what they keep.
#[derive(Clone, Debug, Default)]
pub struct RecordingObserver(Arc<Mutex<Vec<String>>>);

impl RecordingObserver {
    /// The events so far.
    pub fn events(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Observer for RecordingObserver {
    fn on_event(&self, event: &Event<'_>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(format!("{event:?}"));
    }
}
