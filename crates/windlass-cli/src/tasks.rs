//! Work of the clients that goes on when a command ends early, such as giving up an upload: the program waits for it.

use std::time::Duration;

use tokio::sync::mpsc::{self, Receiver, Sender};
use windlass::ports::{BoxFuture, Spawner};

/// Starts the tasks of clients. Clients hold it, so that it is gone when the last client and the last task are.
#[derive(Clone, Debug)]
pub(crate) struct Tasks {
    alive: Sender<()>,
}

/// Waits for the tasks.
#[derive(Debug)]
pub(crate) struct Settling {
    gone: Receiver<()>,
}

impl Tasks {
    pub(crate) fn new() -> (Self, Settling) {
        let (alive, gone) = mpsc::channel(1);
        (Self { alive }, Settling { gone })
    }
}

impl Spawner for Tasks {
    fn spawn(&self, task: BoxFuture<'static, ()>) {
        let alive = self.alive.clone();
        tokio::spawn(async move {
            task.await;
            drop(alive);
        });
    }
}

impl Settling {
    /// Waits until all clients and all their tasks are gone, but not for ever: the network may be.
    pub(crate) async fn wait(mut self) {
        let _ = tokio::time::timeout(LONGEST_WAIT, self.gone.recv()).await;
    }
}

const LONGEST_WAIT: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_last_task_is_waited_for() {
        let (tasks, settling) = Tasks::new();
        let (finish, finished) = tokio::sync::oneshot::channel::<()>();
        let (done, mut is_done) = tokio::sync::oneshot::channel();
        tasks.spawn(Box::pin(async move {
            let _ = finished.await;
            let _ = done.send(());
        }));
        drop(tasks);
        finish.send(()).unwrap();
        settling.wait().await;
        assert_eq!(is_done.try_recv(), Ok(()));
    }
}
