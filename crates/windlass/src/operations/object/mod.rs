//! Operations on objects.

mod delete_object;
mod get_object;
mod head_object;
mod list_objects_v2;
mod put_object;

pub use delete_object::{DeleteObject, DeleteObjectOutput};
pub use get_object::{GetObject, GetObjectOutput};
pub use head_object::HeadObject;
pub use list_objects_v2::{ListObjectsV2, ListObjectsV2Output};
pub use put_object::{PutObject, PutObjectOutput};
