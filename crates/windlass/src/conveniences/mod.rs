//! What programs do with S3 every day, in one call each: any number of deletions, whole objects as text, JSON or files,
//! the question whether something is there. No operation is declared and nothing is sent here: it is all done with the
//! client's requests.

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
