//! Where credentials come from: one file for each source, the chain that asks them in order, and the cache
//! through which a client sees them. Sources that need the network are not here yet; a profile that asks for
//! one is refused, never skipped.

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
