//! Objects of any size: what takes more than one request. No operation is declared and nothing is sent here: it is all
//! done with the client's requests.

mod copy;
mod part_checks;
mod parts;
mod pieces;
mod plan;
mod presence;
mod progress;
mod under_way;
mod unfinished;
mod unverified;
mod upload;

pub use copy::Copy;
pub use plan::{LARGEST_PART, SMALLEST_PART, growing_part_size, part_size, sections};
pub use upload::{Upload, UploadOutput};
