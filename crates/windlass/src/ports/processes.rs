//! The port for child processes, such as the program of `credential_process`.

use std::ffi::OsString;
use std::fmt;
use std::io;
use std::time::Duration;

use zeroize::Zeroize as _;

use super::BoxFuture;

/// Runs programs as child processes.
pub trait Processes: fmt::Debug + Send + Sync {
    /// Runs a program without a shell and with empty standard input, and collects its output. A nonzero exit
    /// status is not an error. Dropping the future kills the program, but not the programs that it has
    /// started.
    ///
    /// # Errors
    /// [`NotFound`](io::ErrorKind::NotFound) or [`PermissionDenied`](io::ErrorKind::PermissionDenied) if the
    /// program cannot be started. [`TimedOut`](io::ErrorKind::TimedOut) if it exceeds its time limit and
    /// [`InvalidData`](io::ErrorKind::InvalidData) if its output exceeds the limit; in both cases it is
    /// killed.
    fn run(&self, command: ProcessCommand) -> BoxFuture<'_, io::Result<ProcessOutput>>;
}

/// A program to run. `Debug` omits arguments and the values of variables, which may be secrets.
#[derive(Clone)]
#[non_exhaustive]
pub struct ProcessCommand {
    /// The path of the program, or a name to look up in `PATH`.
    pub program: OsString,
    /// The arguments.
    pub arguments: Vec<OsString>,
    /// Environment variables that are added to those of this process or override them.
    pub environment: Vec<(OsString, OsString)>,
    /// The time limit. 60 s by default.
    pub time_limit: Duration,
    /// The maximum size of standard output in bytes. 64 KiB by default. Standard error is truncated to this
    /// size.
    pub output_limit: usize,
}

impl ProcessCommand {
    /// Creates a command without arguments and with the default limits.
    pub fn new(program: impl Into<OsString>) -> Self {
        Self {
            program: program.into(),
            arguments: Vec::new(),
            environment: Vec::new(),
            time_limit: Duration::from_secs(60),
            output_limit: 64 * 1024,
        }
    }
}

impl fmt::Debug for ProcessCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let variables: Vec<_> = self.environment.iter().map(|(name, _)| name).collect();
        f.debug_struct("ProcessCommand")
            .field("program", &self.program)
            .field("arguments", &self.arguments.len())
            .field("environment", &variables)
            .field("time_limit", &self.time_limit)
            .field("output_limit", &self.output_limit)
            .finish()
    }
}

/// The exit status and output of a program. Standard output may contain secrets: `Debug` shows only its
/// length, and it is wiped from memory on drop.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProcessOutput {
    /// The exit status. `None` if a signal ended the program.
    pub status: Option<i32>,
    /// Standard output.
    pub stdout: Vec<u8>,
    /// The beginning of standard error.
    pub stderr: Vec<u8>,
}

impl ProcessOutput {
    /// Creates the output of a program that ended with this status.
    pub fn new(status: Option<i32>, stdout: impl Into<Vec<u8>>, stderr: impl Into<Vec<u8>>) -> Self {
        Self { status, stdout: stdout.into(), stderr: stderr.into() }
    }

    /// Whether the exit status is 0.
    pub fn is_success(&self) -> bool {
        self.status == Some(0)
    }
}

impl Drop for ProcessOutput {
    fn drop(&mut self) {
        self.stdout.zeroize();
    }
}

impl fmt::Debug for ProcessOutput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProcessOutput")
            .field("status", &self.status)
            .field("stdout", &format_args!("({} bytes)", self.stdout.len()))
            .field("stderr", &String::from_utf8_lossy(&self.stderr))
            .finish()
    }
}
