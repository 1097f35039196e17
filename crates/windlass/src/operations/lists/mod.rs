//! Code that the lists share: root elements, encoded keys, owners, and the page of objects.

mod keys;
mod owners;
mod page;
mod roots;

pub(super) use keys::{ListedKeys, read_prefixes, require_key};
pub(super) use owners::ListedOwners;
pub(super) use page::ListPage;
#[cfg(fuzzing)]
pub(crate) use page::by_tree;
