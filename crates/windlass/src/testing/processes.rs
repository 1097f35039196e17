//! Scripted child processes.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::ports::{BoxFuture, ProcessCommand, ProcessOutput, Processes};

/// Runs programs from a script, in order. After the end of the script, a program is not found. Clones share
/// the script.
#[derive(Clone, Debug, Default)]
pub struct MockProcesses(Arc<Mutex<Script>>);

#[derive(Debug, Default)]
struct Script {
    endings: VecDeque<Ending>,
    commands: Vec<ProcessCommand>,
}

#[derive(Debug)]
enum Ending {
    Output(ProcessOutput),
    Failure(io::ErrorKind),
    Never,
}

impl MockProcesses {
    /// Adds a program that exits with this status and output.
    pub fn end(&self, status: i32, stdout: impl Into<Vec<u8>>, stderr: impl Into<Vec<u8>>) -> &Self {
        self.push(Ending::Output(ProcessOutput::new(Some(status), stdout, stderr)))
    }

    /// Adds a program that fails with this error.
    pub fn fail(&self, kind: io::ErrorKind) -> &Self {
        self.push(Ending::Failure(kind))
    }

    /// Adds a program that hangs and ignores its time limit.
    pub fn hang(&self) -> &Self {
        self.push(Ending::Never)
    }

    /// Returns the programs that were run, in order.
    pub fn commands(&self) -> Vec<ProcessCommand> {
        self.script().commands.clone()
    }

    fn push(&self, ending: Ending) -> &Self {
        self.script().endings.push_back(ending);
        self
    }

    fn script(&self) -> MutexGuard<'_, Script> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Processes for MockProcesses {
    fn run(&self, command: ProcessCommand) -> BoxFuture<'_, io::Result<ProcessOutput>> {
        Box::pin(async move {
            let ending = {
                let mut script = self.script();
                script.commands.push(command);
                script.endings.pop_front()
            };
            match ending {
                Some(Ending::Output(output)) => Ok(output),
                Some(Ending::Failure(kind)) => Err(kind.into()),
                Some(Ending::Never) => std::future::pending().await,
                None => Err(io::ErrorKind::NotFound.into()),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    #[test]
    fn programs_follow_the_script_and_are_recorded() {
        let processes = MockProcesses::default();
        processes.end(0, "{}", "").fail(io::ErrorKind::TimedOut).hang();
        let mut command = ProcessCommand::new("signer");
        command.arguments.push("--json".into());
        let run = || processes.run(command.clone()).now_or_never();
        assert_eq!(run().unwrap().unwrap(), ProcessOutput::new(Some(0), "{}", ""));
        assert_eq!(run().unwrap().unwrap_err().kind(), io::ErrorKind::TimedOut);
        assert!(run().is_none());
        assert_eq!(run().unwrap().unwrap_err().kind(), io::ErrorKind::NotFound);
        let commands = processes.commands();
        assert_eq!(commands.len(), 4);
        assert_eq!(commands[0].arguments, ["--json"]);
    }
}
