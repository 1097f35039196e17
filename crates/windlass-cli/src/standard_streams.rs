//! Standard input and output that are closed or open for the wrong direction. To read from nothing would make an empty
//! object, and what is written to nothing is lost.

use std::fs::File;
use std::io;
use std::path::Path;

/// Standard input as a file, to be read as it is.
///
/// # Errors
/// It is closed or cannot be read.
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
            Mode::Closed => Err(refuse("is closed (for an empty object, give </dev/null)")),
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

/// Whether a path leads to standard input, whatever that is.
pub(crate) fn is_input(path: &Path) -> bool {
    ["/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"].iter().any(|name| path == Path::new(name))
}

/// Checks that standard output can be written to. With `content` it is also refused where it looks as if it had been
/// closed: a program that wants no output may open `/dev/null` so.
///
/// # Errors
/// It is closed or cannot be written to.
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
                return Err(refuse("is closed (to write to nowhere, give >/dev/null)"));
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
    /// What the runtime opens in the place of a stream that is closed: `/dev/null`, for both directions.
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
