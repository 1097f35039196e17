//! Credentials providers, the default chain and the cache that each client uses. Providers that need the
//! network do not exist yet; a profile that requires one is an error, never skipped.

mod anonymous;
mod cache;
mod chain;
mod characters;
mod environment;
mod flight;
mod profile;
mod static_keys;

pub use anonymous::AnonymousProvider;
pub use cache::CachedProvider;
pub use chain::{ChainProvider, default_chain};
pub use environment::EnvironmentProvider;
pub use profile::ProfileProvider;
pub use static_keys::StaticProvider;
