//! Reads settings from the environment and a profile. The environment takes precedence.
//! <https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html>

use std::path::PathBuf;

use super::active_profile::{ActiveProfile, unreadable};
use super::profile_file::SectionKind;
use super::{ChecksumCalculation, ChecksumValidation, ProfileFiles, Properties, Source, Sourced};
use crate::ports::{Environment, Files};
use crate::{AddressingStyle, Error, ErrorKind, Result};

/// Settings from the environment and a profile. Settings that neither contains are `None`.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Settings {
    /// The addressing style: bucket in the host name or in the path.
    pub addressing_style: Option<Sourced<AddressingStyle>>,
    /// A file with CA certificates that replace those of the system.
    pub ca_bundle: Option<Sourced<String>>,
    /// Controls when uploads carry a checksum.
    pub checksum_calculation: Option<Sourced<ChecksumCalculation>>,
    /// Controls when downloads are verified.
    pub checksum_validation: Option<Sourced<ChecksumValidation>>,
    /// The path of the config file, whether it exists or not.
    pub config_file: Option<PathBuf>,
    /// The path of the credentials file, whether it exists or not.
    pub credentials_file: Option<PathBuf>,
    /// The endpoint that replaces the one of the region.
    pub endpoint_url: Option<Sourced<String>>,
    /// The maximum number of attempts, including the first.
    pub max_attempts: Option<Sourced<u32>>,
    /// Whether bodies are hashed and signed over TLS as well.
    pub payload_signing: Option<Sourced<bool>>,
    /// The content of the profile files.
    pub profile_files: ProfileFiles,
    /// The name of the active profile.
    pub profile_name: String,
    /// The proxies from the environment.
    pub proxy: Proxies,
    /// The region.
    pub region: Option<Sourced<String>>,
    /// The retry mode.
    pub retry_mode: Option<Sourced<RetryMode>>,
    /// Whether transfer acceleration is used.
    pub use_accelerate_endpoint: Option<Sourced<bool>>,
    /// Whether requests to an access point ARN use the region of the ARN.
    pub use_arn_region: Option<Sourced<bool>>,
    /// Whether dual-stack (IPv4 and IPv6) endpoints are used.
    pub use_dualstack_endpoint: Option<Sourced<bool>>,
    /// Whether FIPS endpoints are used.
    pub use_fips_endpoint: Option<Sourced<bool>>,
    /// Whether us-east-1 uses the global endpoint `s3.amazonaws.com`.
    pub use_global_endpoint: Option<Sourced<bool>>,
}

/// Proxies from environment variables such as `HTTPS_PROXY`.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Proxies {
    /// The proxy for schemes without one.
    pub all: Option<Sourced<String>>,
    /// The proxy for plain HTTP.
    pub http: Option<Sourced<String>>,
    /// The proxy for HTTPS.
    pub https: Option<Sourced<String>>,
    /// The hosts that are accessed without a proxy.
    pub no: Option<Sourced<String>>,
}

/// The retry mode (`retry_mode` in the AWS settings).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RetryMode {
    /// The standard mode with client-side rate limiting.
    Adaptive,
    /// The mode of old clients. windlass treats it as the standard mode.
    Legacy,
    /// Exponential backoff with a retry quota.
    Standard,
}

impl RetryMode {
    /// The name of the mode in the AWS settings.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Adaptive => "adaptive",
            Self::Legacy => "legacy",
            Self::Standard => "standard",
        }
    }
}

impl Settings {
    /// Reads the environment and the profile that `profile` or the environment selects.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidSetting`] if a file cannot be read, the selected profile does not exist, a line of
    /// the profile cannot be parsed, or a value is invalid; the message names the place. Other profiles are
    /// not checked.
    pub fn load(environment: &dyn Environment, files: &dyn Files, profile: Option<&str>) -> Result<Self> {
        let profile = ActiveProfile::load_blocking(environment, files, profile)?;
        let lookup = Lookup { environment, profile: &profile };
        let settings = Self {
            addressing_style: lookup.parsed(&[], "s3.addressing_style", "auto, path or virtual", |text| {
                match text {
                    "auto" => Some(AddressingStyle::Auto),
                    "path" => Some(AddressingStyle::Path),
                    "virtual" => Some(AddressingStyle::Virtual),
                    _ => None,
                }
            })?,
            ca_bundle: lookup.text(&["AWS_CA_BUNDLE"], "ca_bundle"),
            checksum_calculation: lookup.parsed(
                &["AWS_REQUEST_CHECKSUM_CALCULATION"],
                "request_checksum_calculation",
                "when_supported or when_required",
                |text| match text.to_ascii_lowercase().as_str() {
                    "when_supported" => Some(ChecksumCalculation::WhenSupported),
                    "when_required" => Some(ChecksumCalculation::WhenRequired),
                    _ => None,
                },
            )?,
            checksum_validation: lookup.parsed(
                &["AWS_RESPONSE_CHECKSUM_VALIDATION"],
                "response_checksum_validation",
                "when_supported or when_required",
                |text| match text.to_ascii_lowercase().as_str() {
                    "when_supported" => Some(ChecksumValidation::WhenSupported),
                    "when_required" => Some(ChecksumValidation::WhenRequired),
                    _ => None,
                },
            )?,
            endpoint_url: lookup.endpoint_url()?,
            max_attempts: lookup.parsed(
                &["AWS_MAX_ATTEMPTS"],
                "max_attempts",
                "an integer of at least 1",
                |text| text.parse().ok().filter(|attempts| *attempts > 0),
            )?,
            payload_signing: lookup.flag(&[], "s3.payload_signing_enabled")?,
            proxy: Proxies {
                all: lookup.text(&["ALL_PROXY", "all_proxy"], ""),
                // In a CGI program, HTTP_PROXY is the `Proxy` header of the request, which any client can set.
                http: match environment.variable("REQUEST_METHOD") {
                    Some(_) => lookup.text(&["http_proxy"], ""),
                    None => lookup.text(&["http_proxy", "HTTP_PROXY"], ""),
                },
                https: lookup.text(&["HTTPS_PROXY", "https_proxy"], ""),
                no: lookup.text(&["NO_PROXY", "no_proxy"], ""),
            },
            region: lookup.text(&["AWS_REGION", "AWS_DEFAULT_REGION"], "region"),
            retry_mode: lookup.parsed(
                &["AWS_RETRY_MODE"],
                "retry_mode",
                "standard, adaptive or legacy",
                |text| match text {
                    "adaptive" => Some(RetryMode::Adaptive),
                    "legacy" => Some(RetryMode::Legacy),
                    "standard" => Some(RetryMode::Standard),
                    _ => None,
                },
            )?,
            use_accelerate_endpoint: lookup.flag(&[], "s3.use_accelerate_endpoint")?,
            use_arn_region: match lookup.flag(&["AWS_S3_USE_ARN_REGION"], "s3.use_arn_region")? {
                Some(flag) => Some(flag),
                None => lookup.flag(&[], "s3_use_arn_region")?,
            },
            use_dualstack_endpoint: match lookup
                .flag(&["AWS_USE_DUALSTACK_ENDPOINT"], "use_dualstack_endpoint")?
            {
                Some(flag) => Some(flag),
                None => lookup.flag(&[], "s3.use_dualstack_endpoint")?,
            },
            use_fips_endpoint: lookup.flag(&["AWS_USE_FIPS_ENDPOINT"], "use_fips_endpoint")?,
            use_global_endpoint: match lookup.global_endpoint("s3.us_east_1_regional_endpoint")? {
                Some(global) => Some(global),
                None => lookup.global_endpoint("s3_us_east_1_regional_endpoint")?,
            },
            config_file: profile.config_file,
            credentials_file: profile.credentials_file,
            profile_files: profile.files,
            profile_name: profile.name,
        };
        Ok(settings)
    }

    /// The properties of the active profile.
    pub fn profile(&self) -> Option<&Properties> {
        self.profile_files.profiles.get(&self.profile_name)
    }
}

/// The sources of settings.
struct Lookup<'a> {
    environment: &'a dyn Environment,
    profile: &'a ActiveProfile,
}

impl Lookup<'_> {
    /// Returns the first of these variables that is set, else the property `key` of the profile; `a.b` is `b`
    /// in the block `a`.
    fn text(&self, variables: &[&'static str], key: &str) -> Option<Sourced<String>> {
        for name in variables {
            if let Some(value) = self.environment.variable(name).filter(|value| !value.trim().is_empty()) {
                return Some(Sourced { value: value.trim().to_owned(), source: Source::Environment(name) });
            }
        }
        let profile = self.profile.properties()?;
        let value = match key.split_once('.') {
            Some((block, name)) => ProfileFiles::nested(profile, block, name),
            None => profile.get(key).map(String::as_str),
        };
        let value = value.filter(|value| !value.is_empty())?.to_owned();
        let source =
            Source::Profile { section: format!("profile {}", self.profile.name), key: key.to_owned() };
        Some(Sourced { value, source })
    }

    fn parsed<T>(
        &self,
        variables: &[&'static str],
        key: &str,
        accepted: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<Sourced<T>>> {
        let Some(Sourced { value, source }) = self.text(variables, key) else { return Ok(None) };
        let Some(value) = parse(&value) else {
            let message = format!("{source} is {value:?}: expected {accepted}");
            return Err(Error::new(ErrorKind::InvalidSetting, message));
        };
        Ok(Some(Sourced { value, source }))
    }

    fn flag(&self, variables: &[&'static str], key: &str) -> Result<Option<Sourced<bool>>> {
        self.parsed(variables, key, "true or false", |text| match text.to_ascii_lowercase().as_str() {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        })
    }

    fn global_endpoint(&self, key: &str) -> Result<Option<Sourced<bool>>> {
        self.parsed(&["AWS_S3_US_EAST_1_REGIONAL_ENDPOINT"], key, "legacy or regional", |text| {
            match text.to_ascii_lowercase().as_str() {
                "legacy" => Some(true),
                "regional" => Some(false),
                _ => None,
            }
        })
    }

    fn endpoint_url(&self) -> Result<Option<Sourced<String>>> {
        let ignored =
            self.flag(&["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"], "ignore_configured_endpoint_urls")?;
        if ignored.is_some_and(|ignored| ignored.value) {
            return Ok(None);
        }
        if let Some(url) = self.text(&["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"], "") {
            return Ok(Some(url));
        }
        if let Some(services) = self.text(&[], "services") {
            let Some(section) = self.profile.files.services.get(&services.value) else {
                let message = format!(
                    "{} refers to [services {}], which does not exist",
                    services.source, services.value
                );
                return Err(Error::new(ErrorKind::InvalidSetting, message));
            };
            if let Some(problem) = self.profile.files.problem_of(SectionKind::Services, &services.value) {
                return Err(unreadable("services", &services.value, problem));
            }
            if let Some(url) =
                ProfileFiles::nested(section, "s3", "endpoint_url").filter(|url| !url.is_empty())
            {
                let source = Source::Profile {
                    section: format!("services {}", services.value),
                    key: "s3.endpoint_url".to_owned(),
                };
                return Ok(Some(Sourced { value: url.to_owned(), source }));
            }
        }
        Ok(self.text(&[], "endpoint_url"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Machine;

    fn load(machine: &Machine, profile: Option<&str>) -> Result<Settings> {
        Settings::load(&machine.environment, &machine.files, profile)
    }

    fn machine(config: &str) -> Machine {
        Machine::default().variable("HOME", "/home").file("/home/.aws/config", config)
    }

    #[test]
    fn the_environment_takes_precedence_over_the_profile() {
        let system =
            machine("[default]\nregion = eu-west-1\nmax_attempts = 9\n").variable("AWS_REGION", "us-west-2");
        let settings = load(&system, None).unwrap();
        let region = settings.region.unwrap();
        assert_eq!(region.value, "us-west-2");
        assert_eq!(region.source.to_string(), "environment variable AWS_REGION");
        let attempts = settings.max_attempts.unwrap();
        assert_eq!(attempts.value, 9);
        assert_eq!(attempts.source.to_string(), "max_attempts of [profile default] in the AWS config files");
    }

    #[test]
    fn endpoint_sources_take_precedence_in_order() {
        let config = "[default]\nendpoint_url = http://profile\nservices = dev\n[services dev]\ns3 =\n  endpoint_url = http://services\n";
        let url = |system: &Machine| load(system, None).unwrap().endpoint_url.map(|url| url.value);
        assert_eq!(url(&machine(config)).unwrap(), "http://services");
        let system = machine(config).variable("AWS_ENDPOINT_URL", "http://all");
        assert_eq!(url(&system).unwrap(), "http://all");
        let system = system.variable("AWS_ENDPOINT_URL_S3", "http://s3");
        assert_eq!(url(&system).unwrap(), "http://s3");
        let system = system.variable("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true");
        assert_eq!(url(&system), None);
    }

    #[test]
    fn an_invalid_value_is_reported_with_its_source() {
        for (config, words) in [
            (
                "[default]\ns3 =\n  addressing_style = sideways\n",
                ["s3.addressing_style", "sideways", "virtual"],
            ),
            ("[default]\nmax_attempts = 0\n", ["max_attempts", "\"0\"", "at least 1"]),
            ("[default]\nservices = nope\n", ["services", "nope", "does not exist"]),
        ] {
            let error = load(&machine(config), None).unwrap_err();
            assert!(words.iter().all(|word| error.message().contains(word)), "{error}");
        }
    }

    #[test]
    fn a_selected_profile_must_exist() {
        let error = load(&machine("[default]\n"), Some("nope")).unwrap_err();
        assert!(error.message().contains("profile \"nope\" does not exist in /home/.aws/config"), "{error}");
        assert!(load(&machine(""), Some("default")).is_ok());
        let named = |config| load(&machine(config).variable("AWS_PROFILE", "nope"), None);
        assert!(named("[default]\n").is_err());
        assert_eq!(named("").unwrap().profile_name, "nope");
    }

    #[test]
    fn debug_output_and_errors_contain_no_secrets() {
        let settings = load(&machine("[default]\naws_secret_access_key = hush\n"), None).unwrap();
        assert!(!format!("{settings:?}").contains("hush"));
        for line in ["hush", "hush = \u{ff}"] {
            let latin1: Vec<u8> =
                format!("[default]\n{line}").chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
            let system = Machine::default().variable("HOME", "/home").file("/home/.aws/config", latin1);
            let error = load(&system, None).unwrap_err();
            assert!(
                error.message().contains("[profile default]") && error.message().contains("line 2"),
                "{error}"
            );
            assert!(!format!("{error:?}").contains("hush"), "{error:?}");
        }
    }

    #[test]
    fn a_broken_profile_fails_only_if_it_is_used() {
        let config = "stray\n[default]\nregion = r\n[profile bad]\nregion\n[services bad]\n= x\n\
                      [profile uses]\nservices = bad\n";
        let loaded = |profile| load(&machine(config), Some(profile));
        assert_eq!(loaded("default").unwrap().region.unwrap().value, "r");
        for (profile, words) in
            [("bad", ["[profile bad]", "config file, line 5"]), ("uses", ["[services bad]", "line 7"])]
        {
            let error = loaded(profile).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidSetting);
            assert!(words.iter().all(|word| error.message().contains(word)), "{error}");
        }
        assert!(loaded("nope").unwrap_err().message().contains("line 1"), "the message names the stray line");
    }

    #[test]
    fn white_space_around_values_of_variables_is_ignored() {
        let config = "[profile a]\nregion = r\n[profile b]\nregion = s\n";
        let region = |system: Machine| load(&system, None).unwrap().region.map(|region| region.value);
        assert_eq!(region(machine(config).variable("AWS_PROFILE", " a\r")).unwrap(), "r");
        let system = machine(config).variable("AWS_PROFILE", " ").variable("AWS_DEFAULT_PROFILE", "b\n");
        assert_eq!(region(system).unwrap(), "s");
        let system = machine(config).variable("AWS_REGION", " eu-west-1\n");
        assert_eq!(region(system).unwrap(), "eu-west-1");
    }

    #[test]
    fn the_checksum_validation_setting_is_case_insensitive() {
        for (word, expected) in [
            ("when_supported", ChecksumValidation::WhenSupported),
            ("WHEN_REQUIRED", ChecksumValidation::WhenRequired),
        ] {
            let system = machine("").variable("AWS_RESPONSE_CHECKSUM_VALIDATION", word);
            let settings = load(&system, None).unwrap();
            assert_eq!(settings.checksum_validation.unwrap().value, expected);
        }
    }

    #[test]
    fn a_request_to_a_cgi_program_cannot_set_the_proxy() {
        let system = machine("").variable("HTTP_PROXY", "http://evil");
        let proxy = |system: &Machine| load(system, None).unwrap().proxy.http.map(|proxy| proxy.value);
        assert_eq!(proxy(&system).unwrap(), "http://evil");
        assert_eq!(proxy(&system.variable("REQUEST_METHOD", "GET")), None);
    }
}
