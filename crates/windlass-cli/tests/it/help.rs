//! The help texts: what `--help` writes at 80 columns is kept in `help/`, one file a subcommand, and what is generated
//! from it works.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::world::{Run, World};

/// Every subcommand, nested ones included, as the words that call it.
pub(crate) fn subcommands(world: &World) -> Vec<Vec<String>> {
    let mut found = vec![Vec::new()];
    let mut next = 0;
    while let Some(words) = found.get(next).cloned() {
        let lines = help(world, &words);
        let commands = lines.lines().skip_while(|line| *line != "Commands:").skip(1);
        for line in commands.take_while(|line| line.starts_with("  ")) {
            let name = line.split_whitespace().next().unwrap();
            // clap's own, which shows the same texts.
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
fn help_is_as_it_was_agreed_on() {
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
        "WINDLASS_UPDATE_DOCS=1 cargo nextest run -p windlass-cli help_is writes them; read the difference";
    assert!(wrong.is_empty(), "other help texts than in tests/it/help: {wrong:?}\n{advice}");
}

#[test]
fn help_fits_into_80_columns() {
    let world = World::new();
    for words in subcommands(&world) {
        let text = help(&world, &words);
        for line in text.lines() {
            assert!(line.chars().count() <= 80, "{words:?}: {line}");
        }
        // One block of options of all verbs, and where the others are.
        if !words.is_empty() {
            let heading = "Global options (`windlass --help` has all):";
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
fn options_that_help_does_not_show_work_all_the_same() {
    let world = World::new();
    world.run(&["ls", "--max-attempts", "1", "--no-progress"]).ends(0);
    world.run(&["tag", "show", "--max-attempts", "1", "s3://bucket"]).ends(0);
}

#[test]
fn shells_get_completions() {
    let world = World::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = world.run(&["completions", shell]).ends(0).stdout;
        for word in ["uploads", "endpoint-url", "older-than", "completions"] {
            assert!(script.contains(word), "{word} in {shell}");
        }
        // A shell that is not there cannot read it.
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
fn bash_completes_verbs_and_options() {
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
    // Without bash there is nothing to try.
    let Some(verbs) = complete("windlass upl") else { return };
    assert_eq!(verbs.trim(), "uploads");
    assert!(complete("windlass cp --recurs").unwrap().contains("--recursive"));
    assert!(complete("windlass uploads cl").unwrap().contains("clean"));
}

#[test]
fn there_are_manual_pages() {
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
