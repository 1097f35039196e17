//! XML of S3: a small tree for responses of a few hundred bytes, and a writer for request bodies. Lists are
//! larger and use `scanner`. Tokens come from quick-xml. The depth is limited, and only the five predefined
//! entities are expanded.

use std::fmt::Write as _;

use bytes::Bytes;
use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::Event;

use crate::error::RetryClass;
use crate::protocol::ETag;
use crate::protocol::checksum::ObjectChecksums;
use crate::protocol::timestamp::read_date;
use crate::{Error, ErrorKind, Result};

/// The maximum number of elements in a document: each uses memory, even an empty one. A page of S3's largest
/// list has 50,000.
pub(crate) const MOST_ELEMENTS: usize = 100_000;

/// The maximum depth. S3 uses five levels.
const MAX_DEPTH: usize = 32;

/// An element: its local name, its text and its children.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Element {
    name: String,
    text: String,
    children: Vec<Self>,
}

impl Element {
    /// Parses a whole document.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidResponse`] with the position and its context. It is retryable, because a broken
    /// connection truncates documents.
    pub(crate) fn parse(document: &[u8]) -> Result<Self> {
        let trimmed = document.trim_ascii_start();
        if trimmed.is_empty() {
            return Err(malformed("the response is empty, expected XML".into()));
        }
        let mut tree = Tree::default();
        tree.read(trimmed)?;
        match tree.root {
            Some(root) if tree.open.is_empty() => Ok(root),
            _ => Err(malformed(format!("the XML is truncated after {} bytes", trimmed.len()))),
        }
    }

    /// Parses as much of a document as possible: a part of an error document says more than its status.
    pub(crate) fn parse_beginning(document: &[u8]) -> Option<Self> {
        let mut tree = Tree::default();
        // An error further on does not invalidate the preceding elements.
        let _ = tree.read(document.trim_ascii_start());
        while let Some(element) = tree.open.pop() {
            tree.close(element);
        }
        tree.root
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Returns the element's own text.
    pub(crate) fn text(&self) -> &str {
        // White space between the children of an element is layout.
        if self.children.is_empty() { &self.text } else { self.text.trim() }
    }

    #[cfg(fuzzing)]
    pub(crate) fn is_leaf(&self) -> bool {
        self.children.is_empty()
    }

    pub(crate) fn child_names(&self) -> impl Iterator<Item = &str> {
        self.children.iter().map(|child| child.name.as_str())
    }

    pub(crate) fn elements(&self) -> impl Iterator<Item = &Self> {
        self.children.iter()
    }

    pub(crate) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    pub(crate) fn children<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// Returns the text of a child. An empty child counts as missing: S3 uses both for "none".
    pub(crate) fn text_of(&self, name: &str) -> Option<String> {
        self.str_of(name).map(str::to_owned)
    }

    pub(crate) fn str_of(&self, name: &str) -> Option<&str> {
        self.child(name).map(Self::text).filter(|text| !text.is_empty())
    }

    /// Returns the entity tag among the children. An empty one, also in quotes, counts as missing.
    pub(crate) fn etag(&self) -> Option<ETag> {
        self.str_of("ETag").map(str::trim_ascii).map(ETag::new).filter(|tag| !tag.value().is_empty())
    }

    /// Returns the text of a required child.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidResponse`] if it is missing or empty.
    pub(crate) fn required(&self, name: &str) -> Result<String> {
        self.text_of(name).ok_or_else(|| self.lacks(name))
    }

    /// Returns a child as an enum value.
    pub(crate) fn word_of<T: for<'a> From<&'a str>>(&self, name: &str) -> Option<T> {
        self.child(name).and_then(Self::word)
    }

    /// Returns the element's own text as an enum value, without surrounding white space.
    pub(crate) fn word<T: for<'a> From<&'a str>>(&self) -> Option<T> {
        let text = self.text().trim_ascii();
        (!text.is_empty()).then(|| T::from(text))
    }

    /// Parses a child as a number.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidResponse`] if it is not a number.
    pub(crate) fn parsed<T: std::str::FromStr>(&self, name: &str) -> Result<Option<T>> {
        let text = self.str_of(name).unwrap_or_default().trim_ascii();
        if text.is_empty() {
            return Ok(None);
        }
        text.parse().map(Some).map_err(|_| self.wrong(name, text))
    }

    /// Like [`parsed`](Self::parsed), for a required child.
    pub(crate) fn required_parsed<T: std::str::FromStr>(&self, name: &str) -> Result<T> {
        self.parsed(name)?.ok_or_else(|| self.lacks(name))
    }

    /// Parses a child as a time, or returns its text if it is not a valid one.
    pub(crate) fn time_of(&self, name: &str) -> (Option<std::time::SystemTime>, Option<String>) {
        self.str_of(name).map(read_date).unwrap_or_default()
    }

    /// Parses a child as a boolean, in any case.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidResponse`] if it is not a boolean.
    pub(crate) fn flag_of(&self, name: &str) -> Result<Option<bool>> {
        flag(self.str_of(name).unwrap_or_default()).map_err(|text| self.wrong(name, text))
    }

    /// Parses an optional child as a number: one that repeats a request parameter, or that is checked where
    /// it is used. An invalid one counts as missing.
    pub(crate) fn echoed<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.str_of(name)?.trim_ascii().parse().ok()
    }

    /// Returns the checksums among the children.
    pub(crate) fn checksums(&self) -> ObjectChecksums {
        ObjectChecksums::collect(self.str_of("ChecksumType"), |algorithm| {
            self.str_of(algorithm.member_name()?)
        })
    }

    /// Returns the error for an invalid value of a child.
    pub(crate) fn wrong(&self, name: &str, text: &str) -> Error {
        Error::new(ErrorKind::InvalidResponse, format!("<{name}> of <{}> is {text:?}", self.name))
    }

    /// Returns the error for a missing child.
    pub(crate) fn lacks(&self, name: &str) -> Error {
        Error::new(ErrorKind::InvalidResponse, format!("<{}> lacks <{name}>", self.name))
    }

    fn named(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }
}

/// A document that is being parsed.
#[derive(Default)]
struct Tree {
    /// The open elements, the outermost first.
    open: Vec<Element>,
    root: Option<Element>,
    elements: usize,
}

impl Tree {
    fn read(&mut self, document: &[u8]) -> Result<()> {
        let mut reader = Reader::from_reader(document);
        reader.config_mut().check_end_names = true;
        loop {
            let position = reader.buffer_position();
            let failed = |why: String| {
                let at = usize::try_from(position).unwrap_or(usize::MAX);
                let context = document.get(at..at.saturating_add(40).min(document.len())).unwrap_or_default();
                let context = String::from_utf8_lossy(context);
                malformed(format!("failed to parse the XML at byte {position} ({context:?}): {why}"))
            };
            let event = reader.read_event().map_err(|error| failed(error.to_string()))?;
            if matches!(event, Event::Start(_) | Event::Empty(_)) {
                self.elements += 1;
                if self.elements > MOST_ELEMENTS {
                    return Err(too_many_elements());
                }
                if self.root.is_some() {
                    return Err(failed("a second root".into()));
                }
            }
            match event {
                Event::Start(_) if self.open.len() >= MAX_DEPTH => {
                    return Err(failed(format!("elements are nested deeper than {MAX_DEPTH}")));
                }
                Event::Start(start) => self.open.push(Element::named(start.local_name().as_ref())),
                Event::Empty(start) => self.close(Element::named(start.local_name().as_ref())),
                Event::End(_) => {
                    if let Some(element) = self.open.pop() {
                        self.close(element);
                    }
                }
                Event::Text(text) => match self.open.last_mut() {
                    Some(element) => element.text.push_str(&text),
                    None if text.trim().is_empty() => {}
                    None => return Err(failed("text outside of the root".into())),
                },
                Event::CData(text) => {
                    if let Some(element) = self.open.last_mut() {
                        element.text.push_str(&text);
                    }
                }
                Event::GeneralRef(reference) => {
                    let character =
                        reference.resolve_char_ref().map_err(|error| failed(error.to_string()))?;
                    let Some(element) = self.open.last_mut() else { continue };
                    if let Some(character) = character {
                        element.text.push(character);
                    } else {
                        let text = resolve_predefined_entity(&reference)
                            .ok_or_else(|| failed(format!("unknown entity &{};", &*reference)))?;
                        element.text.push_str(text);
                    }
                }
                Event::Eof => return Ok(()),
                Event::Comment(_) | Event::Decl(_) | Event::DocType(_) | Event::PI(_) => {}
            }
        }
    }

    fn close(&mut self, element: Element) {
        match self.open.last_mut() {
            Some(parent) => parent.children.push(element),
            None => self.root = Some(element),
        }
    }
}

fn too_many_elements() -> Error {
    Error::new(ErrorKind::InvalidResponse, format!("the XML has more than {MOST_ELEMENTS} elements"))
}

/// Parses a boolean in any case. `None` for empty text; the text as the error for other values.
pub(crate) fn flag(text: &str) -> Result<Option<bool>, &str> {
    let text = text.trim_ascii();
    let is = |words: [&str; 2]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    match text {
        "" => Ok(None),
        _ if is(["true", "1"]) => Ok(Some(true)),
        _ if is(["false", "0"]) => Ok(Some(false)),
        _ => Err(text),
    }
}

pub(crate) fn malformed(message: String) -> Error {
    Error::new(ErrorKind::InvalidResponse, message).with_retry_class(Some(RetryClass::Transient))
}

/// Returns the local name of the root element without parsing further.
pub(crate) fn root_name(document: &[u8]) -> Option<String> {
    let trimmed = document.trim_ascii_start();
    if !trimmed.starts_with(b"<") && !trimmed.starts_with(b"\xEF\xBB\xBF") {
        return None;
    }
    let mut reader = Reader::from_reader(trimmed);
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) | Event::Empty(start) => {
                return Some(start.local_name().as_ref().to_owned());
            }
            Event::Eof => return None,
            _ => {}
        }
    }
}

/// Writes the XML body of a request.
#[derive(Debug)]
pub(crate) struct XmlWriter(String);

impl XmlWriter {
    /// Opens the root element in S3's namespace.
    pub(crate) fn new(root: &str) -> Self {
        Self(format!("<{root} xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"))
    }

    pub(crate) fn open(&mut self, name: &str) {
        self.0.push('<');
        self.0.push_str(name);
        self.0.push('>');
    }

    pub(crate) fn close(&mut self, name: &str) {
        self.0.push_str("</");
        self.0.push_str(name);
        self.0.push('>');
    }

    /// Writes an element with text. `None` writes nothing.
    pub(crate) fn text(&mut self, name: &str, value: Option<impl AsRef<str>>) {
        let Some(value) = value else { return };
        self.open(name);
        for character in value.as_ref().chars() {
            match character {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                // Parsers turn a raw CR into LF and reject the other controls.
                control if control < ' ' => {
                    // Writing to a string cannot fail.
                    let _ = write!(self.0, "&#x{:X};", u32::from(control));
                }
                other => self.0.push(other),
            }
        }
        self.close(name);
    }

    /// Writes an element for each checksum.
    pub(crate) fn checksums(&mut self, checksums: &ObjectChecksums) {
        for (algorithm, value) in checksums.iter() {
            if let Some(name) = algorithm.member_name() {
                self.text(name, Some(value));
            }
        }
    }

    /// Closes the root, whose name starts the text, and returns the document.
    pub(crate) fn finish(mut self) -> Bytes {
        let end = self.0.find([' ', '>']).unwrap_or(1);
        let root = self.0.get(1..end).unwrap_or_default().to_owned();
        self.close(&root);
        Bytes::from(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn entities_namespaces_and_layout_are_parsed() {
        let root = Element::parse(
            b"\n <?xml version=\"1.0\"?>\n<x:A xmlns:x=\"u\">\n <B>a&amp;&#x3C;<![CDATA[<b>]]> </B><C/>\n</x:A>",
        )
        .unwrap();
        assert_eq!(root.name(), "A");
        assert_eq!(root.text(), "");
        assert_eq!(root.str_of("B"), Some("a&<<b> "));
        assert_eq!(root.str_of("C"), None);
    }

    #[test]
    fn white_space_around_words_and_numbers_is_ignored() {
        let root = Element::parse(b"<A><Word>\n Enabled\n</Word><Size> 5 </Size><None> </None></A>").unwrap();
        assert_eq!(root.word_of::<String>("Word").as_deref(), Some("Enabled"));
        assert_eq!(root.parsed::<u64>("Size").unwrap(), Some(5));
        assert_eq!((root.word_of::<String>("None"), root.parsed::<u64>("None").unwrap()), (None, None));
    }

    #[test]
    fn a_truncated_document_is_a_retryable_error() {
        for text in ["", "  \n", "<A>", "<A><B></A>", "<A/><B/>", "<A>&bomb;</A>", "no xml", "<A/>x", "<A"] {
            let error = Element::parse(text.as_bytes()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{text}");
            assert!(error.is_retryable(), "{text}: {error}");
        }
    }

    #[test]
    fn deep_nesting_is_an_error() {
        let text = "<A>".repeat(10_000);
        assert!(Element::parse(text.as_bytes()).unwrap_err().message().contains("deeper"));
    }

    #[test]
    fn the_number_of_elements_is_limited() {
        let document = |elements: usize| format!("<A>{}</A>", "<a/>".repeat(elements));
        assert!(Element::parse(document(MOST_ELEMENTS - 1).as_bytes()).is_ok());
        let error = Element::parse(document(MOST_ELEMENTS).as_bytes()).unwrap_err();
        assert!(error.message().contains("more than 100000 elements"), "{error}");
    }

    #[test]
    fn the_intact_start_of_a_document_is_parsed() {
        let whole = "<Error><Code>SlowDown</Code><Message>Please &amp; thanks</Message></Error>";
        for end in "<Error><Code>SlowDown</Code>".len()..whole.len() {
            let root = Element::parse_beginning(&whole.as_bytes()[..end]).unwrap();
            assert_eq!((root.name(), root.str_of("Code")), ("Error", Some("SlowDown")), "{end}");
        }
        let root =
            Element::parse_beginning(b"<Error><Code>A</Code><Message>a & b</Message></Error>").unwrap();
        assert_eq!(root.str_of("Code"), Some("A"));
        assert_eq!(Element::parse_beginning(b"busy"), None);
        assert_eq!(Element::parse_beginning(b""), None);
    }

    #[test]
    fn the_root_name_needs_only_the_start() {
        assert_eq!(root_name(b"  <?xml version='1.0'?>\n\n<Error><Code>x").as_deref(), Some("Error"));
        assert_eq!(root_name(b"plain"), None);
        assert_eq!(root_name(b""), None);
    }

    proptest! {
        #[test]
        fn written_text_round_trips(text in any::<String>().prop_filter("XML has no NUL", |t| !t.contains('\0'))) {
            let mut xml = XmlWriter::new("Root");
            xml.text("Value", Some(&text));
            let root = Element::parse(&xml.finish()).unwrap();
            prop_assert_eq!(root.child("Value").unwrap().text(), text);
        }

        #[test]
        fn parsing_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Element::parse(&bytes);
            let _ = root_name(&bytes);
        }
    }
}
