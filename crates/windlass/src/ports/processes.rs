//! Other programs, such as the one that `credential_process` names.

use std::ffi::OsString;
use std::fmt;
use std::io;
use std::time::Duration;

use zeroize::Zeroize as _;

use super::BoxFuture;

/// Runs other programs.
pub trait Processes: fmt::Debug + Send + Sync {
    /// Runs a program to its end, without a shell and with an empty standard input, and collects its output. A status
    /// other than 0 is not an error here. The program is killed when the future is dropped; programs that it has
    /// started itself are not.
    ///
    /// # Errors
    /// [`NotFound`](io::ErrorKind::NotFound) and [`PermissionDenied`](io::ErrorKind::PermissionDenied) where there is
    /// no such program, [`TimedOut`](io::ErrorKind::TimedOut) where it takes longer than its time limit, and
    /// [`InvalidData`](io::ErrorKind::InvalidData) where its output is larger than its limit; it is killed in both
    /// cases.
    fn run(&self, command: ProcessCommand) -> BoxFuture<'_, io::Result<ProcessOutput>>;
}

/// A program to run. `Debug` shows no arguments and no values of variables, since they may be secrets.
#[derive(Clone)]
#[non_exhaustive]
pub struct ProcessCommand {
    /// A path, or a name that is looked up in `PATH`.
    pub program: OsString,
    /// The arguments, one by one.
    pub arguments: Vec<OsString>,
    /// Variables that are set beside those of this process, or replace them.
    pub environment: Vec<(OsString, OsString)>,
    /// The longest time that the program and its output take; 60 s by default.
    pub time_limit: Duration,
    /// The most bytes that the program writes to its standard output; 64 KiB by default. Of the standard error as many
    /// are kept and the rest is dropped.
    pub output_limit: usize,
}

impl ProcessCommand {
    /// A program without arguments, with the default limits.
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

/// How a program ended, and what it wrote. The standard output may hold secrets: `Debug` shows its length only, and it is
/// wiped from memory on drop.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProcessOutput {
    /// The exit status; None for a program that a signal ended.
    pub status: Option<i32>,
    /// The standard output.
    pub stdout: Vec<u8>,
    /// The beginning of the standard error.
    pub stderr: Vec<u8>,
}

impl ProcessOutput {
    /// The output of a program that ended with this status.
    pub fn new(status: Option<i32>, stdout: impl Into<Vec<u8>>, stderr: impl Into<Vec<u8>>) -> Self {
        Self { status, stdout: stdout.into(), stderr: stderr.into() }
    }

    /// Whether the program ended with status 0.
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
