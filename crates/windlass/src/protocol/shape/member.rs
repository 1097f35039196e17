//! Reading and writing of members: required, optional and repeated; elements and headers.

#[cfg(test)]
use super::{Kind, Source};
use super::{Scalar, needs_items};
use crate::protocol::xml::{Element, XmlWriter};
use crate::protocol::{Draft, Response};
use crate::{Error, ErrorKind, Result};

/// The position of a member in its parent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    /// The element's name.
    pub(crate) name: &'static str,
    /// The element around the items of a list; `None` if they are direct children.
    pub(crate) wrapper: Option<&'static str>,
    /// Whether a list must have at least one item.
    pub(crate) required: bool,
}

/// The content of an element.
pub(crate) trait Value: Sized {
    #[cfg(test)]
    const KIND: Kind;

    /// Reads an element of `parent`. `None` if it is empty and has no value.
    fn read(element: &Element, parent: &Element) -> Result<Option<Self>>;

    fn write(&self, name: &'static str, xml: &mut XmlWriter);

    /// Rejects data that S3 does not accept in an element of this name.
    fn check(&self, name: &str) -> Result<()>;

    #[cfg(test)]
    fn sample(source: &mut Source) -> Self;
}

impl<T: Scalar> Value for T {
    #[cfg(test)]
    const KIND: Kind = T::KIND;

    fn read(element: &Element, parent: &Element) -> Result<Option<Self>> {
        T::parse(element.text()).map_err(|_| parent.wrong(element.name(), element.text()))
    }

    fn write(&self, name: &'static str, xml: &mut XmlWriter) {
        xml.text(name, Some(self.text()));
    }

    fn check(&self, _name: &str) -> Result<()> {
        Ok(())
    }

    #[cfg(test)]
    fn sample(source: &mut Source) -> Self {
        T::sample(source)
    }
}

/// A member of a shape: required, optional or repeated.
pub(crate) trait Member: Sized {
    #[cfg(test)]
    const KIND: Kind;

    fn read(parent: &Element, place: Place) -> Result<Self>;

    fn write(&self, place: Place, xml: &mut XmlWriter);

    fn check(&self, parent: &str, place: Place) -> Result<()>;

    #[cfg(test)]
    fn sample(source: &mut Source, place: Place) -> Self;
}

impl<T: Value> Member for T {
    #[cfg(test)]
    const KIND: Kind = T::KIND;

    fn read(parent: &Element, place: Place) -> Result<Self> {
        Option::read(parent, place)?.ok_or_else(|| parent.lacks(place.name))
    }

    fn write(&self, place: Place, xml: &mut XmlWriter) {
        Value::write(self, place.name, xml);
    }

    fn check(&self, _parent: &str, place: Place) -> Result<()> {
        Value::check(self, place.name)
    }

    #[cfg(test)]
    fn sample(source: &mut Source, _place: Place) -> Self {
        T::sample(source)
    }
}

impl<T: Value> Member for Option<T> {
    #[cfg(test)]
    const KIND: Kind = T::KIND;

    fn read(parent: &Element, place: Place) -> Result<Self> {
        parent.child(place.name).map_or(Ok(None), |element| T::read(element, parent))
    }

    fn write(&self, place: Place, xml: &mut XmlWriter) {
        if let Some(value) = self {
            Value::write(value, place.name, xml);
        }
    }

    fn check(&self, _parent: &str, place: Place) -> Result<()> {
        self.as_ref().map_or(Ok(()), |value| Value::check(value, place.name))
    }

    #[cfg(test)]
    fn sample(source: &mut Source, _place: Place) -> Self {
        (source.next() % 2 == 1).then(|| T::sample(source))
    }
}

impl<T: Value> Member for Vec<T> {
    #[cfg(test)]
    const KIND: Kind = T::KIND;

    fn read(parent: &Element, place: Place) -> Result<Self> {
        let parent = match place.wrapper.map(|wrapper| parent.child(wrapper)) {
            None => parent,
            Some(Some(wrapper)) => wrapper,
            Some(None) => return Ok(Self::new()),
        };
        parent.children(place.name).filter_map(|item| T::read(item, parent).transpose()).collect()
    }

    fn write(&self, place: Place, xml: &mut XmlWriter) {
        if self.is_empty() {
            return;
        }
        if let Some(wrapper) = place.wrapper {
            xml.open(wrapper);
        }
        for item in self {
            item.write(place.name, xml);
        }
        if let Some(wrapper) = place.wrapper {
            xml.close(wrapper);
        }
    }

    fn check(&self, parent: &str, place: Place) -> Result<()> {
        if place.required && self.is_empty() {
            return Err(needs_items(parent, place.name));
        }
        self.iter().try_for_each(|item| item.check(place.name))
    }

    #[cfg(test)]
    fn sample(source: &mut Source, place: Place) -> Self {
        let least = u32::from(place.required);
        (0..source.next() % 3 + least).map(|_| T::sample(source)).collect()
    }
}

/// Reads a member from a header of the response.
pub(crate) fn read_header<T: Scalar>(response: &Response, name: &str) -> Result<Option<T>> {
    let Some(text) = response.text(name) else { return Ok(None) };
    T::parse(&text).map_err(|_| {
        let message = format!("invalid header {name} in the response: {text:?}");
        Error::new(ErrorKind::InvalidResponse, message)
    })
}

/// Writes a member to a header of the request.
pub(crate) fn write_header<T: Scalar>(draft: &mut Draft<'_>, name: &'static str, value: Option<&T>) {
    draft.set_header(name, value.map(Scalar::text));
}
