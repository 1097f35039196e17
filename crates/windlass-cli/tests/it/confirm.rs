//! The confirmation prompt on a terminal.
#![cfg(unix)]

use std::process::{Command, Stdio};

use crate::world::{Run, World};

/// Runs a program on a new terminal, types a line after the prompt, and returns the output.
const ON_A_TERMINAL: &str = r#"
import os, pty, signal, sys

signal.alarm(60)
answer, program = sys.argv[1], sys.argv[2:]
child, terminal = pty.fork()
if child == 0:
    os.execv(program[0], program)
shown = b""
answered = False
while True:
    try:
        data = os.read(terminal, 4096)
    except OSError:
        break
    if not data:
        break
    shown += data
    if not answered and shown.endswith(b"[y/N] "):
        answered = True
        os.write(terminal, answer.encode() + b"\n")
_, status = os.waitpid(child, 0)
sys.stdout.buffer.write(shown)
sys.exit(os.waitstatus_to_exitcode(status) if answered else 99)
"#;

fn answered(world: &World, answer: &str, arguments: &[&str]) -> Run {
    let program = world.command(arguments);
    let mut command = Command::new("python3");
    command.args(["-c", ON_A_TERMINAL, answer]).arg(program.get_program()).args(program.get_args());
    command.env_clear().envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.env("PATH", std::env::var_os("PATH").unwrap()).current_dir(world.folder()).stdin(Stdio::null());
    Run::of(command.output().unwrap())
}

#[test]
fn many_objects_are_deleted_only_after_a_yes() {
    let world = World::new();
    for key in ["p/a", "p/b", "q"] {
        world.put(key, "1");
    }
    let delete = ["rm", "--recursive", "s3://bucket/p"];
    for answer in ["", "n", "no", "yep", "s3://bucket/p"] {
        let run = answered(&world, answer, &delete).ends(1);
        assert!(run.stdout.starts_with("Delete 2 objects of s3://bucket/p? [y/N] "), "{}", run.stdout);
        assert!(run.stdout.contains("not confirmed: nothing was changed"), "{}", run.stdout);
        assert_eq!(world.keys().len(), 3);
    }
    answered(&world, " Yes ", &delete).ends(0);
    assert_eq!(world.keys(), ["q"]);
    answered(&world, "y", &["rb", "--force", "s3://bucket"]).ends(0);
    world.run(&["stat", "s3://bucket"]).ends(4);
}
