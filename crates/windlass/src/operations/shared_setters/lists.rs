//! Setters of operations that list by key.

use crate::Request;
use crate::operations::Operation;
use crate::types::{EncodingType, OptionalObjectAttributes};

/// Operations that list by key.
pub trait ListsKeys: Operation {
    #[doc(hidden)]
    fn key_list(&mut self) -> KeyList<'_>;
}

/// Operations that list objects or their versions.
pub trait ListsObjects: ListsKeys {
    #[doc(hidden)]
    fn object_list(&mut self) -> (&mut Option<u32>, &mut Vec<OptionalObjectAttributes>);
}

/// The range and the encoding of listed keys.
#[doc(hidden)]
#[derive(Debug)]
pub struct KeyList<'a> {
    pub(crate) delimiter: &'a mut Option<String>,
    pub(crate) encoding_type: &'a mut Option<EncodingType>,
    pub(crate) prefix: &'a mut Option<String>,
}

impl<O: ListsKeys> Request<O> {
    /// Sets the delimiter: keys with the same text between the prefix and the delimiter become one common prefix; `/`
    /// lists one folder.
    pub fn delimiter(self, delimiter: impl Into<String>) -> Self {
        self.set(|operation| *operation.key_list().delimiter = Some(delimiter.into()))
    }

    /// Requests unencoded keys, for services without support for the encoding. A key that XML cannot represent then
    /// makes the list invalid.
    pub fn plain_keys(self) -> Self {
        self.set(|operation| *operation.key_list().encoding_type = None)
    }

    /// Lists only keys that start with this prefix.
    pub fn prefix(self, prefix: impl Into<String>) -> Self {
        self.set(|operation| *operation.key_list().prefix = Some(prefix.into()))
    }
}

impl<O: ListsObjects> Request<O> {
    /// Limits the number of entries and common prefixes per page, up to 1,000.
    pub fn max_keys(self, number: u32) -> Self {
        self.set(|operation| *operation.object_list().0 = Some(number))
    }

    /// Requests optional attributes of each object.
    pub fn optional_object_attributes(self, attributes: impl Into<Vec<OptionalObjectAttributes>>) -> Self {
        self.set(|operation| *operation.object_list().1 = attributes.into())
    }
}

/// Declares that an operation lists by key and has the usual members.
macro_rules! lists_keys {
    ($operation:ident) => {
        impl $crate::operations::shared_setters::ListsKeys for $operation {
            fn key_list(&mut self) -> $crate::operations::shared_setters::KeyList<'_> {
                $crate::operations::shared_setters::KeyList {
                    delimiter: &mut self.delimiter,
                    encoding_type: &mut self.encoding_type,
                    prefix: &mut self.prefix,
                }
            }
        }
    };
}

/// Declares that an operation lists objects or their versions.
macro_rules! lists_objects {
    ($operation:ident) => {
        $crate::operations::shared_setters::lists_keys! { $operation }

        impl $crate::operations::shared_setters::ListsObjects for $operation {
            fn object_list(
                &mut self,
            ) -> (&mut Option<u32>, &mut Vec<$crate::types::OptionalObjectAttributes>) {
                (&mut self.max_keys, &mut self.optional_object_attributes)
            }
        }
    };
}

pub(in crate::operations) use {lists_keys, lists_objects};
