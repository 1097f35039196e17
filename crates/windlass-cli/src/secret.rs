//! Secrets on the command line. Literal values are visible to all users through `ps`, so an option can name a file or a
//! variable instead.

use std::fs;

/// Resolves a secret: a literal value, `file://PATH`, `fileb://PATH` or `env:NAME`. One trailing newline of a `file://`
/// is removed.
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
        let value =
            std::env::var_os(name).ok_or_else(|| format!("environment variable {name} is not set"))?;
        return Ok(value.into_encoded_bytes());
    }
    Ok(text.as_bytes().to_vec())
}

/// Resolves a secret that must be non-empty UTF-8. See [`resolve`].
pub(crate) fn resolve_text(text: &str) -> Result<String, String> {
    let secret = String::from_utf8(resolve(text)?).map_err(|_| "not UTF-8".to_owned())?;
    if secret.is_empty() { Err("the secret is empty".to_owned()) } else { Ok(secret) }
}

fn read(path: &str) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|error| format!("{path}: {error}"))
}
