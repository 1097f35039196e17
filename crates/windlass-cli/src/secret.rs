//! Secrets on the command line. What stands there itself is shown to everybody on the machine by `ps`, so a file or a
//! variable can be named in its place.

use std::fs;

/// Reads the value of an option that is a secret: itself, `file://PATH`, `fileb://PATH` or `env:NAME`. A text file may
/// end its line.
pub(crate) fn resolve(text: &str) -> Result<Vec<u8>, String> {
    if let Some(path) = text.strip_prefix("fileb://") {
        return read(path);
    }
    if let Some(path) = text.strip_prefix("file://") {
        let mut content = read(path)?;
        let line = content.strip_suffix(b"\n").unwrap_or(&content);
        let length = line.strip_suffix(b"\r").unwrap_or(line).len();
        content.truncate(length);
        return Ok(content);
    }
    if let Some(name) = text.strip_prefix("env:") {
        let value = std::env::var_os(name).ok_or_else(|| format!("the variable {name} is not set"))?;
        return Ok(value.into_encoded_bytes());
    }
    Ok(text.as_bytes().to_vec())
}

/// As [`resolve`], for a secret that is text.
pub(crate) fn resolve_text(text: &str) -> Result<String, String> {
    let secret = String::from_utf8(resolve(text)?).map_err(|_| "it is not UTF-8".to_owned())?;
    if secret.is_empty() { Err("it is empty".to_owned()) } else { Ok(secret) }
}

fn read(path: &str) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|error| format!("{path}: {error}"))
}
