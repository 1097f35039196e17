//! Names on both sides of a transfer: S3 URLs, local paths, patterns, filters, and the mapping of sources to
//! targets. Pure: no access to disks or buckets.

mod collisions;
mod destination;
mod duration;
mod filter;
mod local_path;
mod overlap;
mod s3_url;
mod size;
mod wildcard;

pub use crate::text::visible;
pub use collisions::{Case, Collision, CollisionKind, collisions, repeated_targets};
pub use destination::{
    file_name, folder_prefix, key_below, names_folder, relative_key, single_key, single_path,
};
pub use duration::parse_duration;
pub use filter::{Filter, FilterRule};
pub use local_path::{FileNameRules, UnsafeKey, local_path};
pub use overlap::{Overlap, check_moves, check_objects_in_place, is_in_place, may_be_one_bucket};
pub use s3_url::S3Url;
pub use size::{format_size, parse_size};
pub use wildcard::{KeyPattern, matches_glob};
