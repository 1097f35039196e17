//! What the environment and the files in `~/.aws` say, each value with the place where it was found.
//! Reading happens through [`System`](crate::ports::System); nothing here decides what the client does with it.

mod lenient_profile;
mod profile_file;
mod provider;
mod settings;
mod sourced;

pub use profile_file::{ProfileFiles, Properties};
pub use provider::{Conditions, Provider, Subresources};
pub use settings::{Proxies, RetryMode, Settings};
pub use sourced::{Source, Sourced};
