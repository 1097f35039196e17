//! Resolves the endpoint from code, environment and profile. Settings that exclude each other are an error that names
//! both sources.

use super::setting_error;
use crate::config::{ServiceProfile, Settings, Source, Sourced};
use crate::protocol::address::host::without_root;
use crate::protocol::address::{Addressing, AddressingStyle, CustomEndpoint, is_region, redacted};
use crate::protocol::{Draft, Target};
use crate::{Error, ErrorKind, Result};

/// The settings from code.
#[derive(Clone, Default)]
pub(super) struct AddressSettings {
    pub(super) accelerate: Option<bool>,
    pub(super) allow_http: bool,
    pub(super) dualstack: Option<bool>,
    pub(super) endpoint: Option<String>,
    pub(super) fips: Option<bool>,
    pub(super) global: Option<bool>,
    pub(super) ignores_configured_endpoints: bool,
    pub(super) service: Option<ServiceProfile>,
    pub(super) region: Option<String>,
    pub(super) style: Option<AddressingStyle>,
    pub(super) use_arn_region: Option<bool>,
}

/// The address of the service.
pub(super) struct Destination {
    pub(super) addressing: Addressing,
    /// The service profile.
    pub(super) service: ServiceProfile,
    /// The region of the first requests.
    pub(super) region: String,
}

impl AddressSettings {
    /// Resolves the settings.
    ///
    /// # Errors
    /// Fails with [`ErrorKind::MissingRegion`], [`ErrorKind::InvalidEndpoint`], or [`ErrorKind::InvalidSetting`] for an
    /// invalid region and for settings that exclude each other.
    pub(super) fn resolve(&self, settings: &Settings) -> Result<Destination> {
        let configured = settings.endpoint_url.as_ref().filter(|_| !self.ignores_configured_endpoints);
        let endpoint = sourced(self.endpoint.as_ref(), "endpoint", configured);
        let region = sourced(self.region.as_ref(), "region", settings.region.as_ref());
        let style = sourced(self.style.as_ref(), "addressing_style", settings.addressing_style.as_ref());
        let flag = |code: &Option<bool>, name, setting| {
            sourced(code.as_ref(), name, setting).filter(|flag: &Sourced<bool>| flag.value)
        };
        let accelerate =
            flag(&self.accelerate, "use_accelerate_endpoint", settings.use_accelerate_endpoint.as_ref());
        let dualstack =
            flag(&self.dualstack, "use_dualstack_endpoint", settings.use_dualstack_endpoint.as_ref());
        let fips = flag(&self.fips, "use_fips_endpoint", settings.use_fips_endpoint.as_ref());
        let global = flag(&self.global, "use_global_endpoint", settings.use_global_endpoint.as_ref());
        let use_arn_region =
            sourced(self.use_arn_region.as_ref(), "use_arn_region", settings.use_arn_region.as_ref());

        let in_path = style.as_ref().filter(|style| style.value == AddressingStyle::Path);
        let elsewhere = setting("a custom endpoint", endpoint.as_ref());
        let accelerated = setting("transfer acceleration", accelerate.as_ref());
        let fips_hosts = setting("FIPS hosts", fips.as_ref());
        let dualstack_hosts = setting("dual-stack hosts", dualstack.as_ref());
        let path_style = setting("path style", in_path);
        for pair in [
            [&elsewhere, &dualstack_hosts],
            [&elsewhere, &fips_hosts],
            [&elsewhere, &accelerated],
            [&accelerated, &fips_hosts],
            [&accelerated, &path_style],
        ] {
            if let [Some(one), Some(other)] = pair {
                let message = format!("{one} and {other} exclude each other: remove one of them");
                return Err(setting_error(message));
            }
        }

        let endpoint = endpoint.map(|url| self.custom_endpoint(&url.value)).transpose()?;
        let (region, everywhere) = match region.map(|region| region.value) {
            // The legacy name of the region that stood for all.
            Some(region) if region == "aws-global" => ("us-east-1".to_owned(), true),
            Some(region) => (region, false),
            // Self-hosted services seldom have regions and then use this name.
            None if endpoint.is_some() || global.is_some() => ("us-east-1".to_owned(), false),
            None => return Err(Error::new(ErrorKind::MissingRegion, "no region is configured")),
        };
        if !is_region(&region) {
            return Err(setting_error(format!("{region:?} is not a valid region")));
        }
        let service = self.service.clone().unwrap_or_else(|| match &endpoint {
            Some(endpoint) => ServiceProfile::for_host(without_root(endpoint.host())),
            None => ServiceProfile::default(),
        });
        let addressing = Addressing {
            accelerate: accelerate.is_some(),
            dualstack: dualstack.is_some(),
            endpoint,
            fips: fips.is_some(),
            global: global.is_some() || everywhere,
            style: style.map_or(service.addressing_style, |style| style.value),
            use_arn_region: use_arn_region.is_none_or(|flag| flag.value),
        };
        // A service that the region lacks fails here, not with the first request.
        addressing.resolve(&region, &Draft::get(Target::Service))?;
        Ok(Destination { addressing, service, region })
    }

    fn custom_endpoint(&self, url: &str) -> Result<CustomEndpoint> {
        let parsed = CustomEndpoint::parse(url)?;
        let endpoint = match service_suffix(parsed.host()) {
            Some(suffix) => parsed.clone().of_service(suffix),
            None => parsed,
        };
        if endpoint.secure || self.allow_http || endpoint.is_loopback() {
            return Ok(endpoint);
        }
        let message = format!(
            "{} uses plain HTTP to another machine, so requests are readable on the network: use https, or allow it \
             with allow_http(true)",
            redacted(url)
        );
        Err(Error::new(ErrorKind::InvalidEndpoint, message))
    }
}

/// The common suffix of all hosts of the service at this host, if the service is known.
fn service_suffix(host: &str) -> Option<&str> {
    let host = without_root(host);
    let service = ServiceProfile::for_host(host).name;
    let is_known = |host: &&str| ServiceProfile::for_host(host).name == service;
    let suffixes = std::iter::successors(Some(host), |host| Some(host.split_once('.')?.1));
    let is_nobodys = ServiceProfile::for_host("").name == service;
    suffixes.take_while(is_known).last().filter(|_| !is_nobodys)
}

/// Settings from code take precedence over the environment and the profile.
fn sourced<T: Clone>(
    code: Option<&T>,
    name: &'static str,
    setting: Option<&Sourced<T>>,
) -> Option<Sourced<T>> {
    match code {
        Some(value) => Some(Sourced { value: value.clone(), source: Source::Code(name) }),
        None => setting.cloned(),
    }
}

/// The value and the source of a text setting, if it is set.
fn setting<T>(what: &str, setting: Option<&Sourced<T>>) -> Option<String> {
    setting.map(|setting| format!("{what} ({})", setting.source))
}
