//! Shapes: S3's nested data as plain data. `shape!` lists the members with their wire names; the reader, the writer and
//! the setters follow from the list.
//!
//! One rule holds for all shapes: they are `#[non_exhaustive]`, because S3 adds members; their fields are public; `new` takes
//! the required members, and each member has a setter.

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

/// Data that S3 exchanges as one XML document, some of its members as headers beside it.
pub trait Document: Sized {
    /// The name of the root element.
    const ROOT: &'static str;

    /// Reads the body and the headers of a response.
    ///
    /// # Errors
    /// The body is another document, lacks a member that S3 always sends, or holds a value that the member cannot have.
    fn read(response: &Response) -> Result<Self>;

    /// Sets the body and the headers of a request. Data that S3 cannot take is refused when the request is sent.
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

    /// Refuses data that S3 cannot take, for an element of this name.
    fn check(&self, name: &str) -> Result<()>;

    /// Any value, taken from random numbers.
    #[cfg(test)]
    fn sample(source: &mut Source) -> Self;
}

/// Reads a whole document.
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

/// The error for a list without the items that S3 requires.
pub(crate) fn needs_items(parent: &str, item: &str) -> Error {
    Error::new(ErrorKind::InvalidArgument, format!("<{parent}> needs at least one <{item}>"))
}

/// The error for a choice that this version does not know.
pub(crate) fn unknown_choice(parent: &str, name: &str) -> Error {
    let message = format!("<{parent}> holds <{name}>, which this version of windlass cannot write");
    Error::new(ErrorKind::InvalidArgument, message)
}

/// The error for a choice of more than one member.
pub(crate) fn two_choices(parent: &str, first: &str, second: &str) -> Error {
    let message = format!("<{parent}> holds <{first}> and <{second}>, and may hold one member");
    Error::new(ErrorKind::InvalidResponse, message)
}

#[cfg(test)]
mod tests;
