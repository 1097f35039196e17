//! Text encodings: percent-encoding, keys that are not UTF-8, escapes for display. The lowest layer, because
//! error messages use it.

pub(crate) mod encode;
pub(crate) mod encoded_key;
mod visible;

pub use encoded_key::EncodedKey;
pub use visible::visible;
