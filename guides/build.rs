//! Generates a doctest for every Rust snippet in the README and the guides, including new ones. The code around a
//! snippet is added here, so that the pages need no hidden lines.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut doctests = String::new();
    for page in pages(&root)? {
        println!("cargo::rerun-if-changed={}", page.display());
        let name = page.strip_prefix(&root).unwrap_or(&page).display().to_string();
        for (line, snippet) in snippets(&fs::read_to_string(&page)?) {
            write_doctest(&mut doctests, &name, line, &snippet);
        }
    }
    let folder = env::var_os("OUT_DIR").map(PathBuf::from).unwrap_or_default();
    fs::write(folder.join("snippets.rs"), doctests)
}

/// The README, the guides, and the READMEs of the crates.
fn pages(root: &Path) -> io::Result<Vec<PathBuf>> {
    let mut pages = vec![root.join("README.md")];
    for folder in ["docs", "crates"] {
        println!("cargo::rerun-if-changed={}", root.join(folder).display());
        for entry in fs::read_dir(root.join(folder))? {
            let path = entry?.path();
            let readme = path.join("README.md");
            if path.extension().is_some_and(|extension| extension == "md") {
                pages.push(path);
            } else if readme.exists() {
                pages.push(readme);
            }
        }
    }
    pages.sort();
    Ok(pages)
}

/// The Rust blocks of a page with the numbers of their first lines.
fn snippets(page: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut open: Option<(usize, bool, String)> = None;
    for (number, line) in (1..).zip(page.lines()) {
        match (&mut open, line.trim_start().strip_prefix("```")) {
            (None, Some(language)) => {
                let is_rust = matches!(language.split([',', ' ']).next(), Some("rust" | "rs"));
                open = Some((number + 1, is_rust, String::new()));
            }
            (Some((start, is_rust, text)), Some(_)) => {
                if *is_rust {
                    found.push((*start, std::mem::take(text)));
                }
                open = None;
            }
            (Some((_, _, text)), None) => {
                text.push_str(line);
                text.push('\n');
            }
            (None, None) => {}
        }
    }
    found
}

fn write_doctest(doctests: &mut String, page: &str, line: usize, snippet: &str) {
    let is_program = snippet.contains("fn main()");
    let code = if is_program {
        let snippet = snippet.replace("async fn main()", "pub(crate) async fn main()");
        format!(
            "mod program {{\n{snippet}}}\nfn main() {{\n    windlass_guides::program(program::main);\n}}\n"
        )
    } else {
        format!(
            "async fn snippet(client: windlass::Client) -> windlass_guides::Outcome {{\n\
             let _ = &client;\n{snippet}Ok(())\n}}\nfn main() {{\n    windlass_guides::snippet(snippet);\n}}\n"
        )
    };
    let module: String = page.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    let _ = writeln!(doctests, "/// {page}, line {line}\n///\n/// ```");
    for line in code.lines() {
        let _ = writeln!(doctests, "/// {line}");
    }
    let _ = writeln!(doctests, "/// ```\npub mod {}_line_{line} {{}}\n", module.to_ascii_lowercase());
}
