//! Programs of the machine.

use std::io::{self, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::{sleep, timeout};

use crate::ports::{BoxFuture, ProcessCommand, ProcessOutput, Processes};

/// The programs of the machine. Needs a tokio runtime, for its timer.
#[derive(Clone, Copy, Debug, Default)]
pub struct LocalProcesses;

impl Processes for LocalProcesses {
    fn run(&self, command: ProcessCommand) -> BoxFuture<'_, io::Result<ProcessOutput>> {
        Box::pin(async move {
            if Handle::try_current().is_err() {
                return Err(io::Error::other("there is no tokio runtime here"));
            }
            let limit = command.time_limit;
            timeout(limit, run(command)).await.unwrap_or_else(|_| {
                let message = format!("the program was killed after {limit:?}");
                Err(io::Error::new(io::ErrorKind::TimedOut, message))
            })
        })
    }
}

async fn run(command: ProcessCommand) -> io::Result<ProcessOutput> {
    let ProcessCommand { program, arguments, environment, output_limit, .. } = command;
    let child = Command::new(program)
        .args(arguments)
        .envs(environment)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut running = Running(Some(child));
    let (stdout, stderr) = running.pipes();
    let stdout = collect(stdout, output_limit.saturating_add(1), |_| Ok(()))?;
    // A program that cannot write its messages would never end.
    let stderr = collect(stderr, output_limit, |rest| io::copy(rest, &mut io::sink()).map(|_| ()))?;
    let stdout = stdout.await.map_err(io::Error::other)??;
    if stdout.len() > output_limit {
        let message = format!("the program wrote more than {output_limit} bytes");
        return Err(io::Error::new(io::ErrorKind::InvalidData, message));
    }
    let stderr = stderr.await.map_err(io::Error::other)??;
    let status = running.ended().await?;
    Ok(ProcessOutput::new(status.code(), stdout, stderr))
}

/// Reads up to `limit` bytes of a pipe, and then what `rest` wants of it. On a thread of its own and not one of tokio's:
/// where the program leaves others behind that hold the pipe, a runtime would wait for them when it shuts down.
fn collect<P: Read + Send + 'static>(
    pipe: Option<P>,
    limit: usize,
    rest: impl FnOnce(&mut P) -> io::Result<()> + Send + 'static,
) -> io::Result<oneshot::Receiver<io::Result<Vec<u8>>>> {
    let (sender, receiver) = oneshot::channel();
    let mut pipe = pipe.ok_or_else(|| io::Error::other("the program has no pipe"))?;
    thread::Builder::new().name("windlass-process".to_owned()).spawn(move || {
        // Room for all of it at once: a buffer that grows leaves its old text behind, which may be a secret.
        let mut content = Vec::with_capacity(limit);
        let read = pipe.by_ref().take(u64::try_from(limit).unwrap_or(u64::MAX)).read_to_end(&mut content);
        // Nobody receives where the run was dropped.
        let _ = sender.send(read.and_then(|_| rest(&mut pipe)).map(|()| content));
    })?;
    Ok(receiver)
}

/// A program that is killed on drop, unless it has ended.
struct Running(Option<Child>);

impl Running {
    fn pipes(&mut self) -> (Option<std::process::ChildStdout>, Option<std::process::ChildStderr>) {
        self.0.as_mut().map(|child| (child.stdout.take(), child.stderr.take())).unwrap_or_default()
    }

    /// Waits for the end of a program that has closed its output, which it does when it ends.
    async fn ended(&mut self) -> io::Result<ExitStatus> {
        let mut pause = SHORTEST_PAUSE;
        while let Some(child) = &mut self.0 {
            if let Some(status) = child.try_wait()? {
                self.0 = None;
                return Ok(status);
            }
            sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
        Err(io::Error::other("the program has ended before"))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let Some(mut child) = self.0.take() else { return };
        if child.kill().is_ok() {
            // A program that is killed stays in the table of processes until it is waited for, which may take a while
            // where it hangs in the kernel. Without a thread it stays until this process ends.
            let _ = thread::Builder::new().spawn(move || child.wait());
        }
    }
}

const SHORTEST_PAUSE: Duration = Duration::from_millis(1);
const LONGEST_PAUSE: Duration = Duration::from_millis(50);
