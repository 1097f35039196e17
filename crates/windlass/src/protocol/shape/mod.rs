//! Shapes: nested data of S3 as plain structs and enums. `shape!` lists the members with their wire names and
//! generates the reader, the writer and the setters.
//!
//! All shapes follow one rule: they are `#[non_exhaustive]`, because S3 adds members; fields are public;
//! `new` takes the required members; each member has a setter.

#[cfg(test)]
mod declaration;
mod macros;
mod member;
mod scalar;

#[cfg(test)]
pub(crate) use declaration::{Declaration, Kind, Member as DeclaredMember, Source};
pub(crate) use macros::shape;
pub(crate) use member::{Member, Place, Value, read_header, write_header};
pub(crate) use scalar::{Malformed, Scalar};

use crate::protocol::xml::{Element, XmlWriter};
use crate::protocol::{Draft, Integrity, Response};
use crate::{Error, ErrorKind, Result};

/// Data that S3 exchanges as one XML document, with some members in headers.
pub trait Document: Sized {
    /// The name of the root element.
    const ROOT: &'static str;

    /// Parses the body and headers of a response.
    ///
    /// # Errors
    /// The body is another document, lacks a required member, or contains an invalid value.
    fn read(response: &Response) -> Result<Self>;

    /// Sets the body and headers of a request. Invalid data is an error when the request is sent.
    fn write(&self, draft: &mut Draft<'_>, integrity: Integrity);
}

/// A struct that `shape!` declares.
pub(crate) trait Shape: Sized {
    #[cfg(test)]
    const DECLARATION: Declaration;

    fn read(element: &Element) -> Result<Self>;

    fn read_headers(&mut self, response: &Response) -> Result<()>;

    /// Writes the members in the order of their declaration, which is that of S3's service model.
    fn write(&self, xml: &mut XmlWriter);

    fn write_headers(&self, draft: &mut Draft<'_>);

    /// Rejects data that S3 does not accept in an element of this name.
    fn check(&self, name: &str) -> Result<()>;

    /// Returns a random value.
    #[cfg(test)]
    fn sample(source: &mut Source) -> Self;
}

/// Parses a whole document.
pub(crate) fn read_document<S: Shape>(root: &str, response: &Response) -> Result<S> {
    let mut shape = S::read(&response.xml(root)?)?;
    shape.read_headers(response)?;
    Ok(shape)
}

/// Writes a whole document.
pub(crate) fn write_document<S: Shape>(
    root: &'static str,
    shape: &S,
    draft: &mut Draft<'_>,
    integrity: Integrity,
) {
    if let Err(error) = shape.check(root) {
        draft.refuse(error);
    }
    shape.write_headers(draft);
    let mut xml = XmlWriter::new(root);
    shape.write(&mut xml);
    draft.set_xml(xml, integrity);
}

/// Returns the error for an empty list that needs an item.
pub(crate) fn needs_items(parent: &str, item: &str) -> Error {
    Error::new(ErrorKind::InvalidArgument, format!("<{parent}> needs at least one <{item}>"))
}

/// Returns the error for a choice that this version does not know.
pub(crate) fn unknown_choice(parent: &str, name: &str) -> Error {
    let message = format!("<{parent}> contains <{name}>, which this version of windlass cannot write");
    Error::new(ErrorKind::InvalidArgument, message)
}

/// Returns the error for a choice with more than one member.
pub(crate) fn two_choices(parent: &str, first: &str, second: &str) -> Error {
    let message = format!("<{parent}> contains <{first}> and <{second}>, but allows only one member");
    Error::new(ErrorKind::InvalidResponse, message)
}

#[cfg(test)]
mod tests;
