//! `cargo xtask features`: lints the library with every combination of its features.

use std::fs;

use crate::{Result, workspace};

/// Checks each combination.
///
/// # Errors
/// Fails if the manifest cannot be read, or if the library fails with a combination, which the error names.
pub(crate) fn run() -> Result<()> {
    for set in sets(&of_the_library()?) {
        println!("== {}", if set.is_empty() { "no features" } else { &set });
        let mut clippy = workspace::cargo();
        clippy.args(["clippy", "--quiet", "--package", "windlass", "--no-default-features"]);
        workspace::run(clippy.args(["--features", &set, "--", "-D", "warnings"]))?;
    }
    Ok(())
}

/// Returns the features of the library that can be enabled individually.
pub(crate) fn of_the_library() -> Result<Vec<String>> {
    let path = workspace::root().join("crates/windlass/Cargo.toml");
    let manifest =
        fs::read_to_string(&path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    let features = in_manifest(&manifest);
    if features.is_empty() { Err(format!("{} has no features", path.display())) } else { Ok(features) }
}

/// Returns the names in the table `features`, without `default`.
fn in_manifest(manifest: &str) -> Vec<String> {
    let lines = manifest.lines().skip_while(|line| *line != "[features]").skip(1);
    let table = lines.take_while(|line| !line.starts_with('['));
    let names = table.filter_map(|line| line.split_once(" = ")).map(|(name, _)| name.to_owned());
    names.filter(|name| !name.starts_with('#') && name != "default").collect()
}

/// Returns every combination of features, as comma-separated lists.
fn sets(features: &[String]) -> Vec<String> {
    let mut sets = vec![String::new()];
    for feature in features {
        let with = |set: &String| if set.is_empty() { feature.clone() } else { format!("{set},{feature}") };
        sets.extend(sets.iter().map(with).collect::<Vec<_>>());
    }
    sets
}

#[cfg(test)]
mod tests {
    use super::{in_manifest, of_the_library, sets};

    #[test]
    fn features_are_read_from_their_table() {
        let manifest = "[package]\nname = \"x\"\n[features]\ndefault = [\"a\"]\n## About a = b.\na = []\n\
                        b = [\"dep:c\"]\n\n[dependencies]\nc = \"1\"";
        assert_eq!(in_manifest(manifest), ["a", "b"]);
        assert!(of_the_library().unwrap().contains(&"testing".to_owned()));
    }

    #[test]
    fn every_combination_is_listed_once() {
        let features = ["a", "b", "c"].map(str::to_owned);
        assert_eq!(sets(&features), ["", "a", "b", "a,b", "c", "a,c", "b,c", "a,b,c"]);
    }
}
