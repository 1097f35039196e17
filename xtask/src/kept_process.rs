//! A server process that never outlives this one. `servers/keeper.py` runs it, and kills its process group
//! and removes its data when the pipe from this process closes.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use crate::{Result, workspace};

/// A running server. Dropping it kills the server and waits until the process and its data are gone.
pub(crate) struct KeptProcess {
    keeper: Child,
    lines: Receiver<String>,
    log: PathBuf,
}

impl KeptProcess {
    /// Starts `command` with its arguments and variables in the first folder of `removed`, which must exist.
    /// At the end all of `removed` is deleted: that folder, and files that the server leaves elsewhere. The
    /// output of the server is written to `log`.
    pub(crate) fn start(python: &Path, removed: &[PathBuf], log: PathBuf, command: &Command) -> Result<Self> {
        let describe =
            |error: std::io::Error| format!("cannot start {}: {error}", workspace::printed(command));
        let file = File::create(&log).map_err(describe)?;
        let mut keeper = Command::new(python);
        keeper.arg(workspace::server_file("keeper.py")).args(removed).arg("--");
        keeper.arg(command.get_program()).args(command.get_args());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => keeper.env(name, value),
                None => keeper.env_remove(name),
            };
        }
        keeper.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(file.try_clone().map_err(describe)?);
        // Ctrl-C in a terminal signals the whole foreground group; the keeper must survive it to clean up.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut keeper, 0);
        let mut keeper = keeper.spawn().map_err(describe)?;
        let (sender, lines) = mpsc::channel();
        if let Some(output) = keeper.stdout.take() {
            thread::spawn(move || copy_lines(BufReader::new(output), file, &sender));
        }
        Ok(Self { keeper, lines, log })
    }

    /// Waits for a line of the server's output that `read` accepts.
    pub(crate) fn announcement<T>(&self, limit: Duration, read: impl Fn(&str) -> Option<T>) -> Result<T> {
        let end = Instant::now() + limit;
        loop {
            match self.lines.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(line) => {
                    if let Some(found) = read(&line) {
                        return Ok(found);
                    }
                }
                Err(RecvTimeoutError::Disconnected) => return Err(self.failure(ENDED)),
                Err(RecvTimeoutError::Timeout) => {
                    return Err(self.failure(&format!("not ready after {} s", limit.as_secs())));
                }
            }
        }
    }

    /// Polls `is_ready`, for a server that announces nothing.
    pub(crate) fn poll(&mut self, limit: Duration, is_ready: impl Fn() -> bool) -> Result<()> {
        let end = Instant::now() + limit;
        while !is_ready() {
            if self.keeper.try_wait().is_ok_and(|it| it.is_some()) {
                return Err(self.failure(ENDED));
            }
            if Instant::now() > end {
                return Err(self.failure(&format!("not ready after {} s", limit.as_secs())));
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    fn failure(&self, what: &str) -> String {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        let last = lines.get(lines.len().saturating_sub(15)..).unwrap_or_default();
        format!("{what}; the last lines of {}:\n{}", self.log.display(), last.join("\n"))
    }
}

impl Drop for KeptProcess {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        // If waiting fails, the keeper is already gone.
        let _ = self.keeper.wait();
    }
}

/// Copies the server's output to its log and to a waiting caller. Continues afterwards, since a full pipe
/// would block the server.
fn copy_lines(output: impl BufRead, mut log: impl Write, listener: &mpsc::Sender<String>) {
    for line in output.split(b'\n') {
        let Ok(line) = line else { return };
        let line = String::from_utf8_lossy(&line).into_owned();
        // A full disk or an absent listener must not stop the server.
        let _ = writeln!(log, "{line}");
        let _ = listener.send(line);
    }
}

/// The prefix of the error when a server exits before it is ready.
pub(crate) const ENDED: &str = "it ended";
