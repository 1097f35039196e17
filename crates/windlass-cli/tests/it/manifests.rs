//! Registry metadata of the published crates.

use std::path::Path;
use std::process::Command;

#[test]
fn every_published_crate_has_complete_metadata() {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let arguments = ["metadata", "--no-deps", "--format-version", "1", "--offline"];
    let output = Command::new(cargo).args(arguments).current_dir(&root).output().unwrap();
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let published: Vec<_> = packages.iter().filter(|package| package["publish"].is_null()).collect();
    assert!(published.len() >= 3, "{published:?}");
    for package in published {
        for list in ["keywords", "categories"] {
            assert!(
                (1..=5).contains(&package[list].as_array().unwrap().len()),
                "{list} of {}",
                package["name"]
            );
        }
        for text in ["description", "license", "readme", "rust_version"] {
            assert!(
                package[text].as_str().is_some_and(|text| !text.is_empty()),
                "{text} of {}",
                package["name"]
            );
        }
        let folder = Path::new(package["manifest_path"].as_str().unwrap()).parent().unwrap();
        assert!(folder.join(package["readme"].as_str().unwrap()).exists(), "readme of {}", package["name"]);
    }
}
