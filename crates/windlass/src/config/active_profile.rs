//! Loads the profile files and selects the active profile. It checks the syntax of the profile, not its values.

use std::io;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::profile_file::{Problem, SectionKind};
use super::{ProfileFiles, Properties};
use crate::ports::{Environment, Files};
use crate::{Error, ErrorKind, Result};

/// The profile that code or the environment selects, else `default`, with the content of both files.
#[derive(Debug)]
pub(crate) struct ActiveProfile {
    pub(crate) name: String,
    pub(crate) files: ProfileFiles,
    /// The path of the config file, whether it exists or not.
    pub(super) config_file: Option<PathBuf>,
    /// The path of the credentials file, whether it exists or not.
    pub(super) credentials_file: Option<PathBuf>,
}

impl ActiveProfile {
    /// Reads the files.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidSetting`] if a file cannot be read, the selected profile does not exist, or a line
    /// of the profile cannot be parsed; the message names the place. A profile that the environment selects
    /// may be missing if the files contain no profiles at all.
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

    /// Like [`load`](Self::load), but blocks the thread, because a client can be built outside a runtime.
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

    /// A description of the first line that belongs to no profile, if any.
    pub(crate) fn stray_line(&self) -> Option<String> {
        self.files.stray_line().map(Problem::to_string)
    }
}

/// The files to read and the profile to find in them.
struct ProfileRequest {
    /// The profile selected in code.
    in_code: Option<String>,
    /// The profile selected by the environment.
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
        // AWS_PROFILE is often left set after the files are removed, so it is ignored if there are no profiles.
        let must_exist = in_code.is_some() || !files.profiles.is_empty();
        let named = in_code.or(in_environment);
        let missing = |name: &&String| *name != "default" && !files.profiles.contains_key(*name);
        if let Some(name) = named.as_ref().filter(missing).filter(|_| must_exist) {
            let shown = |path: &Option<PathBuf>| {
                path.as_ref()
                    .map_or_else(|| "(no home directory)".to_owned(), |path| path.display().to_string())
            };
            let stray = files.stray_line().map(|problem| format!("; {problem}")).unwrap_or_default();
            let message = format!(
                "profile {name:?} does not exist in {} or {}{stray}",
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

/// Returns the path of a file: the value of its variable, or its name in `.aws` of the home directory.
fn location(environment: &dyn Environment, named: Option<String>, file: &str) -> Option<PathBuf> {
    match named {
        Some(path) => match path.strip_prefix("~/") {
            Some(rest) => Some(environment.home()?.join(rest)),
            None => Some(PathBuf::from(path)),
        },
        None => Some(environment.home()?.join(".aws").join(file)),
    }
}

/// Returns the content of a file. A missing file counts as empty.
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

/// The maximum size of a config or credentials file in bytes.
const MOST_OF_A_FILE: usize = 16 * 1024 * 1024;

/// The error of a section that cannot be parsed. It does not contain the line, which may hold a secret.
pub(super) fn unreadable(kind: &str, name: &str, problem: &Problem) -> Error {
    Error::new(ErrorKind::InvalidSetting, format!("[{kind} {name}] cannot be parsed: {problem}"))
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;
    use crate::testing::Machine;

    #[test]
    fn load_and_load_blocking_agree() {
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
    fn an_oversized_profile_file_is_an_error() {
        let machine = Machine::default()
            .variable("AWS_CONFIG_FILE", "/large")
            .file("/large", vec![b'\n'; MOST_OF_A_FILE + 1]);
        let error = ActiveProfile::load_blocking(&machine.environment, &machine.files, None).unwrap_err();
        assert!(error.to_string().starts_with("/large cannot be read: the file has more than"), "{error}");
    }
}
