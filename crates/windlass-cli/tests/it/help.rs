//! Help texts: snapshots of `--help` at 80 columns in `help/`, one file per subcommand, and the completions and manual
//! pages generated from them.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::world::{Run, World};

/// All subcommands including nested ones, as argument lists.
pub(crate) fn subcommands(world: &World) -> Vec<Vec<String>> {
    let mut found = vec![Vec::new()];
    let mut next = 0;
    while let Some(words) = found.get(next).cloned() {
        let lines = help(world, &words);
        let commands = lines.lines().skip_while(|line| *line != "Commands:").skip(1);
        for line in commands.take_while(|line| line.starts_with("  ")) {
            let name = line.split_whitespace().next().unwrap();
            // The help subcommand of clap repeats the same texts.
            if name != "help" && line.starts_with("  ") && !line.starts_with("   ") {
                found.push(words.iter().cloned().chain([name.to_owned()]).collect());
            }
        }
        next += 1;
    }
    found
}

pub(crate) fn help(world: &World, words: &[String]) -> String {
    let arguments: Vec<&str> = words.iter().map(String::as_str).chain(["--help"]).collect();
    Run::of(world.bare_command(&arguments).output().unwrap()).ends(0).stdout
}

#[test]
fn help_is_as_in_its_snapshots() {
    let world = World::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/help");
    let updates = std::env::var_os("WINDLASS_UPDATE_DOCS").is_some();
    let mut wrong = Vec::new();
    for words in subcommands(&world) {
        let name = [&["windlass".to_owned()], &words[..]].concat().join("-");
        let path = folder.join(format!("{name}.txt"));
        let text = help(&world, &words);
        if updates {
            fs::create_dir_all(&folder).unwrap();
            fs::write(&path, &text).unwrap();
        } else if fs::read_to_string(&path).unwrap_or_default() != text {
            wrong.push(name);
        }
    }
    let advice =
        "WINDLASS_UPDATE_DOCS=1 cargo nextest run -p windlass-cli help_is updates them; review the diff";
    assert!(wrong.is_empty(), "help texts differ from tests/it/help: {wrong:?}\n{advice}");
}

#[test]
fn help_fits_into_80_columns() {
    let world = World::new();
    for words in subcommands(&world) {
        let text = help(&world, &words);
        for line in text.lines() {
            assert!(line.chars().count() <= 80, "{words:?}: {line}");
        }
        // One short block of global options, with a pointer to the others.
        if !words.is_empty() {
            let heading = "Global options (`windlass --help` lists all):";
            let block = text.split(heading).nth(1).unwrap_or_else(|| panic!("{words:?}: {text}"));
            let block = block.split("\n\n").next().unwrap();
            assert!((3..=14).contains(&block.lines().count()), "{words:?}: {block}");
            assert!(block.contains("--json") && block.contains("--endpoint-url"), "{words:?}: {block}");
        }
    }
    let all = help(&world, &[]);
    for option in
        ["--ca-bundle", "--json", "--local", "--max-attempts", "--no-sign-request", "--read-timeout"]
    {
        assert!(all.contains(option), "{option}");
    }
}

#[test]
fn hidden_global_options_work() {
    let world = World::new();
    world.run(&["ls", "--max-attempts", "1", "--no-progress"]).ends(0);
    world.run(&["tag", "show", "--max-attempts", "1", "s3://bucket"]).ends(0);
}

#[test]
fn completions_are_valid_scripts() {
    let world = World::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = world.run(&["completions", shell]).ends(0).stdout;
        for word in ["uploads", "endpoint-url", "older-than", "completions"] {
            assert!(script.contains(word), "{word} in {shell}");
        }
        // Shells that are not installed are skipped.
        world.write("script", &script);
        let read = Command::new(shell).args(["-n", "script"]).current_dir(world.folder()).status();
        if let ("bash" | "fish" | "zsh", Ok(read)) = (shell, read) {
            assert!(read.success(), "{shell}");
        }
    }
    world.run(&["completions", "dos"]).ends(2);
    let mut child = world.command(&["completions", "bash"]);
    let mut child = child.stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn bash_completes_subcommands_and_options() {
    let world = World::new();
    let script = world.run(&["completions", "bash"]).ends(0).stdout;
    let complete = |words: &str| {
        let asks = format!(
            "\nCOMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); _windlass windlass \"${{COMP_WORDS[COMP_CWORD]}}\" x; echo \"${{COMPREPLY[*]}}\"\n"
        );
        world.write("asks", &(script.clone() + &asks));
        let output = Command::new("bash").args(["--norc", "asks"]).current_dir(world.folder()).output();
        output.ok().map(|output| String::from_utf8(output.stdout).unwrap())
    };
    // Skipped without bash.
    let Some(verbs) = complete("windlass upl") else { return };
    assert_eq!(verbs.trim(), "uploads");
    assert!(complete("windlass cp --recurs").unwrap().contains("--recursive"));
    assert!(complete("windlass uploads cl").unwrap().contains("clean"));
}

#[test]
fn every_subcommand_has_a_manual_page() {
    let world = World::new();
    let page = world.run(&["man"]).ends(0).stdout;
    assert!(page.contains(".TH windlass 1") && page.contains("windlass\\-cp(1)"), "{page}");
    let set = world.run(&["man", "tag", "set"]).ends(0).stdout;
    assert!(set.contains("windlass\\-tag\\-set") && set.contains("Examples:"), "{set}");
    world.run(&["man", "nothing"]).ends(2).tells("\"nothing\"");
    world.run(&["man", "--dir", "pages"]).ends(0);
    for words in subcommands(&world) {
        let name = [&["windlass".to_owned()], &words[..]].concat().join("-");
        assert!(world.read(&format!("pages/{name}.1")).contains(".SH SYNOPSIS"), "{name}");
    }
}
