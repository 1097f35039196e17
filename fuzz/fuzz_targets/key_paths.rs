//! Local paths of keys: no path leaves the folder, and no two keys have the same path, except for folder
//! markers. The first line is the prefix of the list; the rest is the key.

#![no_main]

use std::path::{Component, Path};

use libfuzzer_sys::fuzz_target;
use windlass::paths::{
    FileNameRules, file_name, folder_prefix, key_below, local_path, relative_key, single_key, single_path,
};
use windlass_fuzz::first_line;

fuzz_target!(|input: &str| {
    let (prefix, key) = first_line(input);
    let root = Path::new("/srv/folder");
    for rules in [FileNameRules::Unix, FileNameRules::Windows] {
        let Ok(path) = local_path(root, key, rules) else { continue };
        let below = path.strip_prefix(root).expect("a path below the root");
        assert!(below.components().count() > 0);
        assert!(below.components().all(|part| matches!(part, Component::Normal(_))), "{below:?}");
        // The path maps back to the key.
        assert_eq!(below.to_str(), Some(key.strip_suffix('/').unwrap_or(key)));
        if rules == FileNameRules::Windows {
            assert!(
                !below.to_string_lossy().contains(['\\', ':', '*', '?', '"', '<', '>', '|']),
                "{below:?}"
            );
        }
    }
    let relative = relative_key(key, prefix, "/");
    assert!(key.ends_with(relative));
    assert!(key.contains(file_name(key)));
    let folder = folder_prefix(prefix);
    assert!(folder.is_empty() || folder.ends_with('/'));
    assert!(key_below(prefix, key).ends_with(key));
    let _ = (single_key(prefix, key), single_path(prefix, true, key), single_path(prefix, false, key));
});
