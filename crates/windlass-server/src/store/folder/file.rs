//! The file of one object: content, then the record as JSON, its length, and a mark. One rename
//! therefore publishes content and record together, and a file that was cut short is recognised.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::store::ObjectRecord;

/// The record at the end of a file, with the key that a digested file name cannot tell.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Footer {
    pub(super) key: String,
    pub(super) object: ObjectRecord,
}

impl Footer {
    /// What is written after the content.
    pub(super) fn to_bytes(&self) -> io::Result<Vec<u8>> {
        let mut bytes = serde_json::to_vec(self)?;
        let length = bytes.len() as u64;
        bytes.extend_from_slice(&length.to_le_bytes());
        bytes.extend_from_slice(MARK);
        Ok(bytes)
    }

    /// Reads the record of a file.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::InvalidData`] when the file is not a whole object.
    pub(super) fn read(path: &Path) -> io::Result<Self> {
        File::open(path)
            .and_then(|mut file| Self::read_from(&mut file))
            .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))
    }

    fn read_from(file: &mut File) -> io::Result<Self> {
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
        let footer: Self = serde_json::from_slice(&json)?;
        if footer.object.size != content {
            return Err(broken());
        }
        Ok(footer)
    }
}

fn broken() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the file is not a whole object")
}

const MARK: &[u8; 8] = b"WINDLAS1";
/// The length and the mark.
const TAIL: u64 = 16;
/// Headers are limited to some KiB; this is far more.
const LONGEST_RECORD: u64 = 1 << 20;
