//! The file format of objects and parts: content, record as JSON, length of the record, and a mark. One
//! rename publishes content and record together, and truncated files are detected.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::store::{PartRecord, Version};

/// The record at the end of a version's file. It contains the key, because the file name can be a digest.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Footer {
    pub(super) key: String,
    pub(super) version: Version,
}

/// A record at the end of a file.
pub(super) trait Record: DeserializeOwned + Serialize {
    /// The length of the content before the record.
    fn size(&self) -> u64;
}

impl Record for Footer {
    fn size(&self) -> u64 {
        self.version.object().map_or(0, |object| object.size)
    }
}

impl Record for PartRecord {
    fn size(&self) -> u64 {
        self.size
    }
}

/// Serializes the trailer that follows the content.
pub(super) fn to_bytes(record: &impl Record) -> io::Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec(record)?;
    let length = bytes.len() as u64;
    bytes.extend_from_slice(&length.to_le_bytes());
    bytes.extend_from_slice(MARK);
    Ok(bytes)
}

/// Reads the record of a file.
///
/// # Errors
///
/// [`io::ErrorKind::InvalidData`] when the file is truncated.
pub(super) fn read<R: Record>(path: &Path) -> io::Result<R> {
    File::open(path).and_then(|mut file| read_from(&mut file)).map_err(|error| named(path, &error))
}

/// Reads a file that contains only a record. Errors name the file.
pub(super) fn read_json<T: DeserializeOwned>(path: &Path) -> io::Result<T> {
    let bytes = std::fs::read(path).map_err(|error| named(path, &error))?;
    serde_json::from_slice(&bytes).map_err(|error| named(path, &error.into()))
}

fn named(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

fn read_from<R: Record>(file: &mut File) -> io::Result<R> {
    let total = file.seek(SeekFrom::End(0))?;
    let tail_start = total.checked_sub(TAIL).ok_or_else(broken)?;
    file.seek(SeekFrom::Start(tail_start))?;
    let mut length = [0; 8];
    let mut mark = [0; 8];
    file.read_exact(&mut length)?;
    file.read_exact(&mut mark)?;
    let length = u64::from_le_bytes(length);
    if &mark != MARK || length > LONGEST_RECORD {
        return Err(broken());
    }
    let content = tail_start.checked_sub(length).ok_or_else(broken)?;
    file.seek(SeekFrom::Start(content))?;
    let mut json = Vec::new();
    file.take(length).read_to_end(&mut json)?;
    let record: R = serde_json::from_slice(&json)?;
    if record.size() == content { Ok(record) } else { Err(broken()) }
}

fn broken() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the file is truncated")
}

const MARK: &[u8; 8] = b"WINDLAS3";
/// The length of the record and the mark.
const TAIL: u64 = 16;
/// 10,000 parts with their checksums take about 3 MiB.
const LONGEST_RECORD: u64 = 32 << 20;
