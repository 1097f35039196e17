//! Provider chain.

use std::borrow::Cow;
use std::sync::Arc;

use super::{EnvironmentProvider, ProfileProvider};
use crate::ports::{BoxFuture, CredentialsProvider, Ports};
use crate::types::Credentials;
use crate::{Error, ErrorKind, Result};

/// Returns the credentials of the first provider that has some. Any error other than `CredentialsNotFound`
/// ends the search, so that invalid credentials are never silently replaced by others.
#[derive(Clone, Debug)]
pub struct ChainProvider {
    providers: Vec<Arc<dyn CredentialsProvider>>,
}

impl ChainProvider {
    /// Creates a chain of `providers` in this order.
    pub fn new(providers: Vec<Arc<dyn CredentialsProvider>>) -> Self {
        Self { providers }
    }

    async fn search(&self) -> Result<Option<Credentials>> {
        let mut reasons = Vec::new();
        for provider in &self.providers {
            match provider.credentials().await {
                Err(error) if error.kind() == ErrorKind::CredentialsNotFound => {
                    reasons.push(format!("{}: {error}", provider.name()));
                }
                found_or_broken => return found_or_broken,
            }
        }
        Err(Error::new(ErrorKind::CredentialsNotFound, reasons.join("; ")))
    }
}

impl CredentialsProvider for ChainProvider {
    fn name(&self) -> Cow<'_, str> {
        "chain".into()
    }

    fn credentials(&self) -> BoxFuture<'_, Result<Option<Credentials>>> {
        Box::pin(self.search())
    }

    /// Passes the rejection to all providers, because any of them may have returned the credentials.
    fn reject(&self, credentials: &Credentials) {
        self.providers.iter().for_each(|provider| provider.reject(credentials));
    }
}

/// Returns the default chain: the environment, then the profile. A profile selected in code is the only
/// source, because keys of another account in the environment must not replace it.
pub fn default_chain(ports: &Ports, profile: Option<String>) -> ChainProvider {
    let of_profile = ProfileProvider::new(ports.environment.clone(), ports.files.clone());
    ChainProvider::new(match profile {
        Some(name) => vec![Arc::new(of_profile.profile(name))],
        None => vec![Arc::new(EnvironmentProvider::new(ports.environment.clone())), Arc::new(of_profile)],
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use futures_util::FutureExt;

    use super::*;
    use crate::testing::{self, Machine, MockTransport};

    const KEYS: &str = "[default]\naws_access_key_id = AKC\naws_secret_access_key = a#b;c=\naws_session_token = T\n\
                        [b]\naws_access_key_id = AKB\naws_secret_access_key = SKB\n[bare]\n\
                        [half]\naws_access_key_id = AK\n[role]\nrole_arn = arn:x\nsource_profile = b\n\
                        aws_access_key_id = AK\naws_secret_access_key = SK\n";

    fn machine(variables: &[(&str, &str)]) -> Machine {
        let system = Machine::default().variable("HOME", "/home").file("/home/.aws/credentials", KEYS);
        variables.iter().fold(system, |system, (name, value)| system.variable(*name, *value))
    }

    fn found(machine: Machine, profile: Option<&str>) -> Result<Credentials> {
        let Machine { environment, files, .. } = machine;
        let mut ports = testing::ports(&MockTransport::new());
        (ports.environment, ports.files) = (Arc::new(environment), Arc::new(files));
        let chain = default_chain(&ports, profile.map(str::to_owned));
        chain.credentials().now_or_never().unwrap().map(Option::unwrap)
    }

    #[test]
    fn the_environment_takes_precedence() {
        let environment =
            [("AWS_ACCESS_KEY_ID", "AKE"), ("AWS_SECRET_ACCESS_KEY", "SKE"), ("AWS_SESSION_TOKEN", "TE")];
        let credentials = found(machine(&environment), None).unwrap();
        assert_eq!(credentials.access_key_id(), "AKE");
        assert_eq!(credentials.secret_access_key(), "SKE");
        assert_eq!(credentials.session_token(), Some("TE"));
        assert_eq!(credentials.source(), "environment");
    }

    #[test]
    fn empty_variables_count_as_unset() {
        let empty = [("AWS_ACCESS_KEY_ID", ""), ("AWS_SECRET_ACCESS_KEY", " ")];
        let credentials = found(machine(&empty), None).unwrap();
        assert_eq!(credentials.access_key_id(), "AKC");
        assert_eq!(credentials.secret_access_key(), "a#b;c=");
        assert_eq!(credentials.session_token(), Some("T"));
        assert_eq!(credentials.source(), "profile default");
    }

    /// botocore#2001
    #[test]
    fn white_space_around_credentials_is_removed() {
        let environment = [
            ("AWS_ACCESS_KEY_ID", " AKE\r\n"),
            ("AWS_SECRET_ACCESS_KEY", "\tS KE\n"),
            ("AWS_SESSION_TOKEN", "\u{a0}TE "),
            ("AWS_CREDENTIAL_EXPIRATION", " 2026-11-23T10:37:30Z\n"),
        ];
        let credentials = found(machine(&environment), None).unwrap();
        assert_eq!(credentials.access_key_id(), "AKE");
        assert_eq!(credentials.secret_access_key(), "S KE");
        assert_eq!(credentials.session_token(), Some("TE"));
        assert!(credentials.expiry().is_some());
        let text = "[default]\r\naws_access_key_id =  AK\u{a0}\r\naws_secret_access_key\t=\tSK \r\n";
        let system = Machine::default().variable("HOME", "/home").file("/home/.aws/credentials", text);
        let credentials = found(system, None).unwrap();
        assert_eq!((credentials.access_key_id(), credentials.secret_access_key()), ("AK", "SK"));
    }

    /// botocore#2001
    #[test]
    fn white_space_inside_credentials_is_an_error_with_its_position() {
        for (variable, value) in [
            ("AWS_ACCESS_KEY_ID", "AK E"),
            ("AWS_ACCESS_KEY_ID", "AKÉ"),
            ("AWS_SECRET_ACCESS_KEY", "hush\nhush"),
            ("AWS_SECRET_ACCESS_KEY", "\u{feff}hush"),
            ("AWS_SECRET_ACCESS_KEY", "hush\u{200b}"),
            ("AWS_SESSION_TOKEN", "hu sh"),
            ("AWS_SECURITY_TOKEN", "hu\0sh"),
        ] {
            let keys = [("AWS_ACCESS_KEY_ID", "AKE"), ("AWS_SECRET_ACCESS_KEY", "SKE")];
            let error = found(machine(&keys).variable(variable, value), None).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::CredentialsInvalid);
            assert!(error.message().contains(variable), "{error}");
            assert!(!format!("{error:?}").contains("hu"), "{error:?}");
        }
        let text = "[default]\naws_access_key_id = AK\naws_secret_access_key = hush\n  hush\n";
        let system = Machine::default().variable("HOME", "/home").file("/home/.aws/credentials", text);
        let error = found(system, None).unwrap_err();
        assert!(error.message().contains("aws_secret_access_key of profile \"default\""), "{error}");
        assert!(!format!("{error:?}").contains("hush"), "{error:?}");
    }

    #[test]
    fn keys_before_the_first_heading_are_reported() {
        let system = Machine::default()
            .variable("HOME", "/home")
            .file("/home/.aws/credentials", "aws_access_key_id = AK\n");
        let error = found(system, None).unwrap_err();
        assert!(error.message().contains("credentials file, line 1"), "{error}");
    }

    #[test]
    fn a_profile_named_in_code_is_the_only_source() {
        let environment =
            [("AWS_ACCESS_KEY_ID", "AKE"), ("AWS_SECRET_ACCESS_KEY", "SKE"), ("AWS_PROFILE", "bare")];
        let credentials = found(machine(&environment), Some("b")).unwrap();
        assert_eq!((credentials.access_key_id(), credentials.source()), ("AKB", "profile b"));
    }

    #[test]
    fn invalid_credentials_are_never_skipped() {
        let check = |variables: &[(&str, &str)], words: &[&str]| {
            let error = found(machine(variables), None).unwrap_err();
            assert_ne!(error.kind(), ErrorKind::CredentialsNotFound, "{error}");
            assert!(words.iter().all(|word| error.message().contains(word)), "{error}");
        };
        check(&[("AWS_ACCESS_KEY_ID", "AKE")], &["AWS_ACCESS_KEY_ID is set", "AWS_SECRET_ACCESS_KEY is not"]);
        check(
            &[("AWS_SECRET_ACCESS_KEY", "SKE")],
            &["AWS_SECRET_ACCESS_KEY is set", "AWS_ACCESS_KEY_ID is not"],
        );
        check(&[("AWS_PROFILE", "half")], &["\"half\"", "no aws_secret_access_key"]);
        check(&[("AWS_PROFILE", "role")], &["\"role\"", "role_arn", "not support"]);
        check(&[("AWS_PROFILE", "nope")], &["profile \"nope\" does not exist"]);
    }

    /// A client reports such settings when it uses them; a provider alone does not.
    #[test]
    fn unrelated_settings_of_the_profile_are_not_checked() {
        let keys = "aws_access_key_id = AK\naws_secret_access_key = SK\n";
        let text = format!(
            "[default]\nmax_attempts = 0\nservices = nope\ns3 =\n  addressing_style = sideways\n{keys}"
        );
        let machine = Machine::default()
            .variable("HOME", "/home")
            .variable("AWS_RETRY_MODE", "sideways")
            .file("/home/.aws/config", text);
        assert_eq!(found(machine, None).unwrap().access_key_id(), "AK");
    }

    #[test]
    fn a_selected_profile_must_exist_even_without_files() {
        let system = Machine::default().variable("HOME", "/home").variable("AWS_PROFILE", "nope");
        assert_eq!(found(system, None).unwrap_err().kind(), ErrorKind::CredentialsInvalid);
    }

    #[test]
    fn a_profile_provider_is_named_after_its_profile() {
        let error = found(machine(&[]), Some("bare")).unwrap_err();
        assert_eq!(error.message(), "profile bare: profile \"bare\" has no aws_access_key_id");
    }

    /// Records rejected keys.
    #[derive(Debug, Default)]
    struct Rejected(Mutex<Vec<Credentials>>);

    impl CredentialsProvider for Rejected {
        fn name(&self) -> Cow<'_, str> {
            "rejected".into()
        }

        fn credentials(&self) -> BoxFuture<'_, Result<Option<Credentials>>> {
            Box::pin(async { Ok(None) })
        }

        fn reject(&self, credentials: &Credentials) {
            self.0.lock().unwrap().push(credentials.clone());
        }
    }

    #[test]
    fn a_rejection_reaches_every_provider_of_a_chain() {
        let providers = [Arc::new(Rejected::default()), Arc::new(Rejected::default())];
        let chain = ChainProvider::new(vec![providers[0].clone(), providers[1].clone()]);
        let keys = Credentials::new("A", "hush");
        chain.reject(&keys);
        for provider in providers {
            assert_eq!(*provider.0.lock().unwrap(), std::slice::from_ref(&keys));
        }
    }

    #[test]
    fn without_credentials_the_error_lists_every_reason() {
        let error = found(machine(&[("AWS_PROFILE", "bare")]), None).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::CredentialsNotFound);
        let why =
            "environment: AWS_ACCESS_KEY_ID is not set; profile: profile \"bare\" has no aws_access_key_id";
        assert_eq!(error.message(), why);
        let empty = found(Machine::default(), None).unwrap_err();
        assert_eq!(empty.kind(), ErrorKind::CredentialsNotFound);
    }
}
