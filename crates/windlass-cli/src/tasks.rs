//! Background tasks of the clients, such as aborting an upload. The process waits for them when a command ends early.

use std::time::Duration;

use tokio::sync::mpsc::{self, Receiver, Sender};
use windlass::ports::{BoxFuture, Spawner};

/// Spawns the tasks of clients. Each client and task holds a clone, so the channel closes with the last of them.
#[derive(Clone, Debug)]
pub(crate) struct Tasks {
    alive: Sender<()>,
}

/// Waits for the spawned tasks.
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
    /// Waits until all clients and tasks have ended, for at most [`LONGEST_WAIT`] in case the network is down.
    pub(crate) async fn wait(mut self) {
        let _ = tokio::time::timeout(LONGEST_WAIT, self.gone.recv()).await;
    }
}

const LONGEST_WAIT: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn settling_waits_for_the_last_task() {
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
