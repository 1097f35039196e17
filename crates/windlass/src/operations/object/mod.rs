//! Operations on objects.

mod copy_object;
mod delete_object;
mod delete_objects;
mod get_object;
mod get_object_attributes;
mod head_object;
mod list_objects;
mod list_objects_v2;
mod put_object;
mod restore_object;

pub use copy_object::{CopyObject, CopyObjectOutput};
pub use delete_object::{DeleteObject, DeleteObjectOutput};
pub(crate) use delete_objects::MOST_OBJECTS;
pub use delete_objects::{DeleteError, DeleteObjects, DeleteObjectsOutput, DeletedObject, ObjectIdentifier};
pub use get_object::{GetObject, GetObjectOutput};
pub use get_object_attributes::{GetObjectAttributes, GetObjectAttributesOutput, ObjectPart, ObjectParts};
pub use head_object::HeadObject;
pub use list_objects::{ListObjects, ListObjectsOutput};
pub use list_objects_v2::{ListObjectsV2, ListObjectsV2Output};
pub use put_object::{PutObject, PutObjectOutput};
pub use restore_object::{RestoreObject, RestoreObjectOutput};
