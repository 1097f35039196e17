//! Child processes run within their limits and are killed when their future is dropped.
#![cfg(unix)]

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, ErrorKind, Read as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use windlass::adapters::LocalProcesses;
use windlass::ports::{ProcessCommand, ProcessOutput, Processes as _};

fn shell(script: &str) -> ProcessCommand {
    let mut command = ProcessCommand::new("sh");
    command.arguments = vec!["-c".into(), script.into()];
    command
}

async fn run(command: ProcessCommand) -> io::Result<ProcessOutput> {
    LocalProcesses.run(command).await
}

#[tokio::test]
async fn a_program_returns_its_output_and_status() {
    let output = run(shell("printf out; printf err >&2; exit 3")).await.unwrap();
    assert_eq!(output, ProcessOutput::new(Some(3), "out", "err"));
    assert!(!output.is_success());
    assert!(run(shell("exit 0")).await.unwrap().is_success());
    let killed = run(shell("kill -9 $$")).await.unwrap();
    assert_eq!(killed.status, None);
}

#[tokio::test]
async fn arguments_reach_the_program_verbatim() {
    let mut command = ProcessCommand::new("printf");
    command.arguments = ["%s|%s|%s", "a b", "$HOME", "'"].map(OsString::from).to_vec();
    assert_eq!(run(command).await.unwrap().stdout, b"a b|$HOME|'");
}

#[tokio::test]
async fn variables_are_added_to_those_of_this_process() {
    let mut command = shell("printf '%s' \"$ADDED\"; test -n \"$PATH\"");
    command.environment = vec![("ADDED".into(), "value".into())];
    let output = run(command).await.unwrap();
    assert_eq!(output, ProcessOutput::new(Some(0), "value", ""));
}

#[tokio::test]
async fn standard_input_is_empty() {
    assert_eq!(run(ProcessCommand::new("cat")).await.unwrap(), ProcessOutput::new(Some(0), "", ""));
}

#[tokio::test]
async fn a_program_that_does_not_exist_is_not_found() {
    let error = run(ProcessCommand::new("windlass-has-no-such-program")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    let folder = tempfile::tempdir().unwrap();
    let error = run(ProcessCommand::new(folder.path())).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PermissionDenied);
}

#[tokio::test]
async fn output_up_to_the_limit_is_kept_and_more_is_an_error() {
    let mut command = shell("printf 12345");
    command.output_limit = 5;
    assert_eq!(run(command.clone()).await.unwrap().stdout, b"12345");
    command.output_limit = 4;
    assert_eq!(run(command).await.unwrap_err().kind(), ErrorKind::InvalidData);
}

#[tokio::test]
async fn standard_error_is_truncated_and_drained() {
    // More than the capacity of a pipe.
    let mut command =
        shell("printf start >&2; dd if=/dev/zero bs=1024 count=200 2>/dev/null >&2; printf done");
    command.output_limit = 5;
    let output = run(command).await.unwrap();
    assert_eq!((output.stdout.as_slice(), output.stderr.as_slice()), (&b"done"[..], &b"start"[..]));
}

/// Returns a program that opens `pipe` for writing and then runs forever.
fn endless(pipe: &Path) -> ProcessCommand {
    let mut command = shell("exec 3>\"$1\"; exec sleep 1000");
    command.arguments.extend(["sh".into(), pipe.into()]);
    command
}

fn pipe(folder: &Path) -> PathBuf {
    let pipe = folder.join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    pipe
}

/// Waits until the program has opened the pipe. Returns a task that ends with the program.
async fn opened(pipe: PathBuf) -> tokio::task::JoinHandle<Vec<u8>> {
    let mut reader = tokio::task::spawn_blocking(|| File::open(pipe).unwrap()).await.unwrap();
    tokio::task::spawn_blocking(move || {
        let mut content = Vec::new();
        reader.read_to_end(&mut content).unwrap();
        content
    })
}

#[tokio::test]
async fn a_program_is_killed_when_its_future_is_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = pipe(folder.path());
    let running = tokio::spawn(run(endless(&pipe)));
    let end = opened(pipe).await;
    running.abort();
    assert!(running.await.unwrap_err().is_cancelled());
    assert_eq!(end.await.unwrap(), b"");
}

/// Virtual time does not advance while the test waits for the pipe.
#[tokio::test(start_paused = true)]
async fn a_program_is_killed_at_its_time_limit() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = pipe(folder.path());
    let running = tokio::spawn(run(endless(&pipe)));
    let end = opened(pipe).await;
    tokio::time::advance(Duration::from_secs(59)).await;
    assert!(!running.is_finished());
    tokio::time::advance(Duration::from_secs(1)).await;
    assert_eq!(running.await.unwrap().unwrap_err().kind(), ErrorKind::TimedOut);
    assert_eq!(end.await.unwrap(), b"");
}

/// A child that a program leaves behind may hold its output open forever.
#[tokio::test(start_paused = true)]
async fn the_time_limit_applies_while_the_output_stays_open() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = pipe(folder.path());
    let mut command = shell("cat \"$1\" & exit 0");
    command.arguments.extend(["sh".into(), pipe.clone().into()]);
    assert_eq!(run(command).await.unwrap_err().kind(), ErrorKind::TimedOut);
    // Ends the child if it was started.
    let _ = std::fs::OpenOptions::new().read(true).write(true).open(pipe).unwrap();
}

#[test]
fn outside_a_runtime_no_program_is_run() {
    use futures_util::FutureExt as _;
    let error = LocalProcesses.run(ProcessCommand::new("true")).now_or_never().unwrap().unwrap_err();
    assert!(error.to_string().contains("tokio"), "{error}");
}

#[test]
fn secrets_of_a_program_are_not_shown() {
    let mut command = ProcessCommand::new("signer");
    command.arguments = vec!["--password=hush".into()];
    command.environment = vec![("PASSWORD".into(), "hush".into())];
    let output = ProcessOutput::new(Some(0), "hush", "message");
    let shown = format!("{command:?} {output:?}");
    assert!(shown.contains("signer") && shown.contains("PASSWORD") && shown.contains("message"), "{shown}");
    assert!(!shown.contains("hush"), "{shown}");
}
