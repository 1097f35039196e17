//! Folders that are built once.

use std::fs;
use std::path::Path;

use crate::Result;

/// Fills `folder` with `make`, unless that was done before for the same content of `recipe`.
pub(crate) fn once(folder: &Path, recipe: &Path, make: impl FnOnce() -> Result<()>) -> Result<()> {
    let describe = |error: std::io::Error| format!("cannot use {}: {error}", folder.display());
    let wanted =
        fs::read_to_string(recipe).map_err(|error| format!("cannot read {}: {error}", recipe.display()))?;
    let stamp = folder.join("windlass-installed");
    if fs::read_to_string(&stamp).is_ok_and(|it| it == wanted) {
        return Ok(());
    }
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(describe)?;
    }
    make()?;
    fs::write(stamp, wanted).map_err(describe)
}
