//! Settings from the environment and the files in `~/.aws`, each with its source. They are read through
//! [`Environment`](crate::ports::Environment) and [`Files`](crate::ports::Files); the client decides how to
//! apply them.

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
