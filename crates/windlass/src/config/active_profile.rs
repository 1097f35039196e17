//! The profile in use: which one it is, and the files that it stands in. The one way in which profile files are loaded; it
//! judges the profile's lines and not what they set.

use std::io;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::profile_file::{Problem, SectionKind};
use super::{ProfileFiles, Properties};
use crate::ports::{Environment, Files};
use crate::{Error, ErrorKind, Result};

/// The profile that code or the environment names, else `default`, with both files.
#[derive(Debug)]
pub(crate) struct ActiveProfile {
    pub(crate) name: String,
    pub(crate) files: ProfileFiles,
    /// Where the config file is looked for.
    pub(super) config_file: Option<PathBuf>,
    /// Where the credentials file is looked for.
    pub(super) credentials_file: Option<PathBuf>,
}

impl ActiveProfile {
    /// Reads the files.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidSetting`] for a file that cannot be read, a profile that was named and does not exist, and
    /// a line of the profile that cannot be parsed; the message names the place. A profile that the environment names
    /// may be missing where there are no profiles at all.
    pub(crate) async fn load(
        environment: &dyn Environment,
        files: &dyn Files,
        profile: Option<&str>,
    ) -> Result<Self> {
        let request = ProfileRequest::new(environment, profile);
        let config = match &request.config_file {
            Some(path) => content(path, files.read(path, MOST_OF_A_FILE).await)?,
            None => Zeroizing::default(),
        };
        let credentials = match &request.credentials_file {
            Some(path) => content(path, files.read(path, MOST_OF_A_FILE).await)?,
            None => Zeroizing::default(),
        };
        request.find_in(&config, &credentials)
    }

    /// As [`load`](Self::load), on the thread of the caller: a client is built outside of a runtime as well.
    pub(super) fn load_blocking(
        environment: &dyn Environment,
        files: &dyn Files,
        profile: Option<&str>,
    ) -> Result<Self> {
        let request = ProfileRequest::new(environment, profile);
        let read = |path: &Option<PathBuf>| match path {
            Some(path) => content(path, files.read_blocking(path, MOST_OF_A_FILE)),
            None => Ok(Zeroizing::default()),
        };
        let (config, credentials) = (read(&request.config_file)?, read(&request.credentials_file)?);
        request.find_in(&config, &credentials)
    }

    /// The properties of the profile.
    pub(crate) fn properties(&self) -> Option<&Properties> {
        self.files.profiles.get(&self.name)
    }

    /// Where the files have a line that belongs to no profile, in words.
    pub(crate) fn stray_line(&self) -> Option<String> {
        self.files.stray_line().map(Problem::to_string)
    }
}

/// What is to be read, and which profile is looked for in it.
struct ProfileRequest {
    /// The profile that code names.
    in_code: Option<String>,
    /// The profile that the environment names.
    in_environment: Option<String>,
    config_file: Option<PathBuf>,
    credentials_file: Option<PathBuf>,
}

impl ProfileRequest {
    fn new(environment: &dyn Environment, profile: Option<&str>) -> Self {
        let variable = |name| environment.variable(name).filter(|value| !value.trim().is_empty());
        let trimmed = |name| variable(name).map(|value| value.trim().to_owned());
        Self {
            in_code: profile.map(str::to_owned),
            in_environment: trimmed("AWS_PROFILE").or_else(|| trimmed("AWS_DEFAULT_PROFILE")),
            config_file: location(environment, variable("AWS_CONFIG_FILE"), "config"),
            credentials_file: location(environment, variable("AWS_SHARED_CREDENTIALS_FILE"), "credentials"),
        }
    }

    fn find_in(self, config: &[u8], credentials: &[u8]) -> Result<ActiveProfile> {
        let Self { in_code, in_environment, config_file, credentials_file } = self;
        let files = ProfileFiles::load(config, credentials);
        // AWS_PROFILE often outlives the files that it was set for: without profiles it chooses among nothing.
        let has_to_be_there = in_code.is_some() || !files.profiles.is_empty();
        let named = in_code.or(in_environment);
        let missing = |name: &&String| *name != "default" && !files.profiles.contains_key(*name);
        if let Some(name) = named.as_ref().filter(missing).filter(|_| has_to_be_there) {
            let shown = |path: &Option<PathBuf>| {
                path.as_ref().map_or_else(|| "(no home folder)".to_owned(), |path| path.display().to_string())
            };
            let stray = files.stray_line().map(|problem| format!("; {problem}")).unwrap_or_default();
            let message = format!(
                "there is no profile {name:?} in {} or {}{stray}",
                shown(&config_file),
                shown(&credentials_file)
            );
            return Err(Error::new(ErrorKind::InvalidSetting, message));
        }
        let name = named.unwrap_or_else(|| "default".to_owned());
        if let Some(problem) = files.problem_of(SectionKind::Profile, &name) {
            return Err(unreadable("profile", &name, problem));
        }
        Ok(ActiveProfile { name, files, config_file, credentials_file })
    }
}

/// The place of a file: where the variable says, or in `.aws` of the home folder.
fn location(environment: &dyn Environment, named: Option<String>, file: &str) -> Option<PathBuf> {
    match named {
        Some(path) => match path.strip_prefix("~/") {
            Some(rest) => Some(environment.home()?.join(rest)),
            None => Some(PathBuf::from(path)),
        },
        None => Some(environment.home()?.join(".aws").join(file)),
    }
}

/// The content of a file; a file that is not there is empty.
fn content(path: &Path, read: io::Result<Vec<u8>>) -> Result<Zeroizing<Vec<u8>>> {
    match read {
        Ok(bytes) => Ok(Zeroizing::new(bytes)),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            Ok(Zeroizing::default())
        }
        Err(error) => {
            let message = format!("{} cannot be read", path.display());
            Err(Error::new(ErrorKind::InvalidSetting, message).with_source(error))
        }
    }
}

/// The bytes of a config or credentials file.
const MOST_OF_A_FILE: usize = 16 * 1024 * 1024;

/// The line itself is not repeated: it may hold a secret.
pub(super) fn unreadable(kind: &str, name: &str, problem: &Problem) -> Error {
    Error::new(ErrorKind::InvalidSetting, format!("[{kind} {name}] cannot be used: {problem}"))
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;
    use crate::testing::Machine;

    #[test]
    fn both_ways_of_reading_find_the_same() {
        let machine = Machine::default()
            .variable("HOME", "/home")
            .variable("AWS_PROFILE", "a")
            .file("/home/.aws/config", "[profile a]\nregion = r\n[profile bad]\nregion\n")
            .file("/home/.aws/credentials", "[b]\naws_access_key_id = AK\n");
        for (profile, found) in [(None, "a"), (Some("b"), "b"), (Some("nope"), ""), (Some("bad"), "")] {
            let later = ActiveProfile::load(&machine.environment, &machine.files, profile);
            let later = later.now_or_never().unwrap();
            let at_once = ActiveProfile::load_blocking(&machine.environment, &machine.files, profile);
            match (later, at_once) {
                (Ok(later), Ok(at_once)) => {
                    assert_eq!((later.name.as_str(), at_once.name.as_str()), (found, found));
                    assert_eq!(later.properties(), at_once.properties());
                    assert!(later.properties().is_some());
                }
                (later, at_once) => {
                    assert_eq!(found, "", "{later:?} {at_once:?}");
                    assert_eq!(later.unwrap_err().to_string(), at_once.unwrap_err().to_string());
                }
            }
        }
    }

    #[test]
    fn a_file_larger_than_any_profile_file_is_refused() {
        let machine = Machine::default()
            .variable("AWS_CONFIG_FILE", "/large")
            .file("/large", vec![b'\n'; MOST_OF_A_FILE + 1]);
        let error = ActiveProfile::load_blocking(&machine.environment, &machine.files, None).unwrap_err();
        assert!(error.to_string().starts_with("/large cannot be read: the file has more than"), "{error}");
    }
}
