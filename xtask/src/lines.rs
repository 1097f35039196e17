//! `cargo xtask lines`: counts the lines of each module of the library, the command and the server.

use std::collections::BTreeMap;
use std::fs;
use std::ops::AddAssign;
use std::path::Path;

use crate::{Result, workspace};

const CRATES: [&str; 3] = ["windlass", "windlass-cli", "windlass-server"];

/// Line counts of one or more files, without blank lines.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
struct Lines {
    code: usize,
    comments: usize,
    /// Lines below `#[cfg(test)]` in a module, and files of test modules.
    tests: usize,
}

impl AddAssign for Lines {
    fn add_assign(&mut self, other: Self) {
        self.code += other.code;
        self.comments += other.comments;
        self.tests += other.tests;
    }
}

/// Prints a table for each crate.
///
/// # Errors
/// Fails if a file cannot be read.
pub(crate) fn run() -> Result<()> {
    for name in CRATES {
        let source = workspace::root().join("crates").join(name).join("src");
        let mut modules = BTreeMap::new();
        count_folder(&source, None, &mut modules)?;
        println!("{name:<30} {:>8} {:>8} {:>8}", "code", "comments", "tests");
        let mut all = Lines::default();
        for (module, lines) in modules {
            print(&module, lines);
            all += lines;
        }
        print("all", all);
        println!();
    }
    Ok(())
}

fn print(name: &str, lines: Lines) {
    println!("  {name:<28} {:>8} {:>8} {:>8}", lines.code, lines.comments, lines.tests);
}

/// Counts the files of a folder as part of `module`, or each as a module of its own.
fn count_folder(folder: &Path, module: Option<&str>, modules: &mut BTreeMap<String, Lines>) -> Result<()> {
    let describe = |error: std::io::Error| format!("cannot read {}: {error}", folder.display());
    for entry in fs::read_dir(folder).map_err(describe)? {
        let path = entry.map_err(describe)?.path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let module = module.unwrap_or(&name);
        if path.is_dir() {
            count_folder(&path, Some(module), modules)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).map_err(describe)?;
            *modules.entry(module.to_owned()).or_default() +=
                count(&text, name == "tests" || folder.ends_with("tests"));
        }
    }
    Ok(())
}

fn count(text: &str, mut in_tests: bool) -> Lines {
    let mut lines = Lines::default();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        in_tests |= line == "mod tests {";
        if in_tests {
            lines.tests += 1;
        } else if line.starts_with("//") {
            lines.comments += 1;
        } else if line != "#[cfg(test)]" {
            lines.code += 1;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::{Lines, count};

    #[test]
    fn code_comments_and_tests_are_counted_separately() {
        let text = "//! About.\n\nfn a() {\n    // why\n}\n\n#[cfg(test)]\nmod tests {\n    // no\n}\n";
        assert_eq!(count(text, false), Lines { code: 2, comments: 2, tests: 3 });
        assert_eq!(count(text, true), Lines { code: 0, comments: 0, tests: 8 });
    }
}
