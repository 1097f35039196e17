//! What the environment and the files in `~/.aws` say, each value with the place where it was found. Reading happens
//! through [`Environment`](crate::ports::Environment) and [`Files`](crate::ports::Files); nothing here decides what the
//! client does with it.

mod active_profile;
mod integrity;
mod lenient_profile;
mod profile_file;
mod service_profile;
mod settings;
mod sourced;
mod timeouts;

pub(crate) use active_profile::ActiveProfile;
pub use integrity::{ChecksumCalculation, ChecksumValidation, IntegritySettings};
pub use profile_file::{ProfileFiles, Properties};
pub use service_profile::{Conditions, ServiceProfile, Subresources};
pub use settings::{Proxies, RetryMode, Settings};
pub use sourced::{Source, Sourced};
pub use timeouts::Timeouts;
