//! Child processes of the operating system.

use std::io::{self, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::{sleep, timeout};

use crate::ports::{BoxFuture, ProcessCommand, ProcessOutput, Processes};

/// Runs child processes. Needs a tokio runtime for its timer.
#[derive(Clone, Copy, Debug, Default)]
pub struct LocalProcesses;

impl Processes for LocalProcesses {
    fn run(&self, command: ProcessCommand) -> BoxFuture<'_, io::Result<ProcessOutput>> {
        Box::pin(async move {
            if Handle::try_current().is_err() {
                return Err(io::Error::other("no tokio runtime"));
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
    // Drains standard error: a program that cannot write its messages would block forever.
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

/// Reads up to `limit` bytes of a pipe and passes the remainder to `rest`. It uses a dedicated thread: if the
/// program leaves children that hold the pipe open, a tokio runtime would wait for its blocking thread on
/// shutdown.
fn collect<P: Read + Send + 'static>(
    pipe: Option<P>,
    limit: usize,
    rest: impl FnOnce(&mut P) -> io::Result<()> + Send + 'static,
) -> io::Result<oneshot::Receiver<io::Result<Vec<u8>>>> {
    let (sender, receiver) = oneshot::channel();
    let mut pipe = pipe.ok_or_else(|| io::Error::other("the program has no output pipe"))?;
    thread::Builder::new().name("windlass-process".to_owned()).spawn(move || {
        // Allocated in full: a reallocation would leave a copy of a possible secret in memory.
        let mut content = Vec::with_capacity(limit);
        let read = pipe.by_ref().take(u64::try_from(limit).unwrap_or(u64::MAX)).read_to_end(&mut content);
        // Sending fails if the run was dropped.
        let _ = sender.send(read.and_then(|_| rest(&mut pipe)).map(|()| content));
    })?;
    Ok(receiver)
}

/// A child process that is killed on drop unless it has exited.
struct Running(Option<Child>);

impl Running {
    fn pipes(&mut self) -> (Option<std::process::ChildStdout>, Option<std::process::ChildStderr>) {
        self.0.as_mut().map(|child| (child.stdout.take(), child.stderr.take())).unwrap_or_default()
    }

    /// Waits for the exit of a program that has closed its output.
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
        Err(io::Error::other("the program has already exited"))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let Some(mut child) = self.0.take() else { return };
        if child.kill().is_ok() {
            // Reaps the killed program, which may take a while if it hangs in the kernel. If no thread can
            // start, the zombie stays until this process exits.
            let _ = thread::Builder::new().spawn(move || child.wait());
        }
    }
}

const SHORTEST_PAUSE: Duration = Duration::from_millis(1);
const LONGEST_PAUSE: Duration = Duration::from_millis(50);
