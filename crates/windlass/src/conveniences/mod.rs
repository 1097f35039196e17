//! Common tasks in one call: bulk deletion, whole objects as text, JSON or files, existence checks. They are
//! built on the operations of the client.

mod delete_listed;
mod delete_many;
#[cfg(feature = "fs")]
mod files;
mod health;
#[cfg(feature = "json")]
mod json;
mod objects;
mod restart;

pub use delete_listed::{DeleteListed, DeleteListedOutput};
pub use delete_many::{DeleteMany, DeleteManyOutput};
pub use health::Health;
