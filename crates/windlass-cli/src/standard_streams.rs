//! Checks for standard streams that are closed or open in the wrong direction. Reading from a closed stream would
//! create an empty object; output to one would be lost.

use std::fs::File;
use std::io;
use std::path::Path;

/// Returns standard input as a file.
///
/// # Errors
/// Standard input is closed or cannot be read.
pub(crate) fn input() -> io::Result<tokio::fs::File> {
    let refuse = |why: &str| io::Error::new(io::ErrorKind::InvalidInput, format!("standard input {why}"));
    #[cfg(unix)]
    {
        use std::os::fd::AsFd as _;

        let stdin = io::stdin();
        let file = match stdin.as_fd().try_clone_to_owned() {
            Ok(descriptor) => File::from(descriptor),
            Err(_) => return Err(refuse("is closed")),
        };
        match mode(&file)? {
            Mode::Closed => Err(refuse("is closed: for an empty object, redirect it with </dev/null")),
            Mode::Write => Err(refuse("is not open for reading")),
            _ if file.metadata()?.is_dir() => Err(refuse("is a folder")),
            _ => Ok(tokio::fs::File::from_std(file)),
        }
    }
    #[cfg(windows)]
    {
        use std::os::windows::io::AsHandle as _;

        let handle = io::stdin().as_handle().try_clone_to_owned().map_err(|_| refuse("is closed"))?;
        Ok(tokio::fs::File::from_std(File::from(handle)))
    }
}

/// Whether a path names standard input.
pub(crate) fn is_input(path: &Path) -> bool {
    ["/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"].iter().any(|name| path == Path::new(name))
}

/// Checks that standard output can be written to. With `content`, a `/dev/null` open for both directions counts as
/// closed; otherwise it is accepted, since callers that discard output open it that way.
///
/// # Errors
/// Standard output is closed or cannot be written to.
pub(crate) fn check_output(content: bool) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::fd::AsFd as _;

        let refuse =
            |why: &str| io::Error::new(io::ErrorKind::InvalidInput, format!("standard output {why}"));
        let file = match io::stdout().as_fd().try_clone_to_owned() {
            Ok(descriptor) => File::from(descriptor),
            Err(_) => return Err(refuse("is closed")),
        };
        match mode(&file)? {
            Mode::Closed if content => {
                return Err(refuse("is closed: to discard the content, redirect it with >/dev/null"));
            }
            Mode::Read => return Err(refuse("is not open for writing")),
            _ => {}
        }
    }
    let _ = content;
    Ok(())
}

#[cfg(unix)]
enum Mode {
    /// `/dev/null` open for both directions, which the Rust runtime opens in place of a closed stream.
    Closed,
    Read,
    Write,
    Both,
}

#[cfg(unix)]
fn mode(file: &File) -> io::Result<Mode> {
    use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};

    use rustix::fs::{OFlags, fcntl_getfl};

    let flags = fcntl_getfl(file)?;
    let metadata = file.metadata()?;
    let is_null = || {
        let null = std::fs::metadata("/dev/null");
        metadata.file_type().is_char_device() && null.is_ok_and(|null| null.rdev() == metadata.rdev())
    };
    Ok(match flags & OFlags::RWMODE {
        OFlags::WRONLY => Mode::Write,
        OFlags::RDWR if is_null() => Mode::Closed,
        OFlags::RDWR => Mode::Both,
        _ => Mode::Read,
    })
}
