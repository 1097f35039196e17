//! Transfers of objects of any size, by one or more requests of the client. This module declares no operation and sends
//! nothing itself.

mod abort_guard;
mod builder;
mod copy;
mod in_flight;
mod moved_source;
mod part_checks;
mod parts;
pub(crate) mod plan;
mod presence;
mod progress;
mod stream_parts;
mod unverified;
mod upload;

pub use builder::{Transfer, TransferOperation};
pub use copy::ObjectCopy;
pub use moved_source::{CopiedObject, SourceDeletion};
pub use plan::{LARGEST_PART, SMALLEST_PART};
pub use upload::{Upload, UploadOutput};
