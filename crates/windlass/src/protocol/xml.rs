//! S3's XML: a small tree for answers of a few hundred bytes, and a writer for the bodies of requests.
//! Lists, which are large, have a scanner of their own (`scanner`). Tokens come from quick-xml; what is
//! bounded here is depth, and no entity is expanded beyond the five of XML.

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

/// The most elements that are read of one document: each takes memory, also an empty one. A page of S3's largest list has
/// 50,000.
pub(crate) const MOST_ELEMENTS: usize = 100_000;

/// The deepest nesting that is read. S3 needs five levels.
const MAX_DEPTH: usize = 32;

/// An element: its local name, its own text, and the elements inside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Element {
    name: String,
    text: String,
    children: Vec<Self>,
}

impl Element {
    /// Reads a whole document.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidResponse`] with the position and what stands there. It is retryable: a document
    /// that is cut off is what a broken connection leaves.
    pub(crate) fn parse(document: &[u8]) -> Result<Self> {
        let trimmed = document.trim_ascii_start();
        if trimmed.is_empty() {
            return Err(malformed("the response is empty where XML is due".into()));
        }
        let mut tree = Tree::default();
        tree.read(trimmed)?;
        match tree.root {
            Some(root) if tree.open.is_empty() => Ok(root),
            _ => Err(malformed(format!("the XML ends after {} bytes, before its root does", trimmed.len()))),
        }
    }

    /// Reads as much of a document as can be read: what is there of an error says more than its status alone.
    pub(crate) fn parse_beginning(document: &[u8]) -> Option<Self> {
        let mut tree = Tree::default();
        // What is wrong further on takes nothing from what stands before it.
        let _ = tree.read(document.trim_ascii_start());
        while let Some(element) = tree.open.pop() {
            tree.close(element);
        }
        tree.root
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The element's own text, character for character.
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

    /// The text of a child. An empty one counts as absent: S3 writes both for "none".
    pub(crate) fn text_of(&self, name: &str) -> Option<String> {
        self.str_of(name).map(str::to_owned)
    }

    pub(crate) fn str_of(&self, name: &str) -> Option<&str> {
        self.child(name).map(Self::text).filter(|text| !text.is_empty())
    }

    /// The entity tag among the children. An empty one, also in quotes, tags nothing.
    pub(crate) fn etag(&self) -> Option<ETag> {
        self.str_of("ETag").map(str::trim_ascii).map(ETag::new).filter(|tag| !tag.value().is_empty())
    }

    /// The text of a child without which the element makes no sense.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidResponse`] where it is missing or empty.
    pub(crate) fn required(&self, name: &str) -> Result<String> {
        self.text_of(name).ok_or_else(|| self.lacks(name))
    }

    /// A child that is a word of an enumeration.
    pub(crate) fn word_of<T: for<'a> From<&'a str>>(&self, name: &str) -> Option<T> {
        self.child(name).and_then(Self::word)
    }

    /// The element's own text as a word of an enumeration; white space around it is layout.
    pub(crate) fn word<T: for<'a> From<&'a str>>(&self) -> Option<T> {
        let text = self.text().trim_ascii();
        (!text.is_empty()).then(|| T::from(text))
    }

    /// A child that is a number.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidResponse`] where it is something else.
    pub(crate) fn parsed<T: std::str::FromStr>(&self, name: &str) -> Result<Option<T>> {
        let text = self.str_of(name).unwrap_or_default().trim_ascii();
        if text.is_empty() {
            return Ok(None);
        }
        text.parse().map(Some).map_err(|_| self.wrong(name, text))
    }

    /// As [`parsed`](Self::parsed), where the element makes no sense without it.
    pub(crate) fn required_parsed<T: std::str::FromStr>(&self, name: &str) -> Result<T> {
        self.parsed(name)?.ok_or_else(|| self.lacks(name))
    }

    /// A child that is an instant, and its text where it is none.
    pub(crate) fn time_of(&self, name: &str) -> (Option<std::time::SystemTime>, Option<String>) {
        self.str_of(name).map(read_date).unwrap_or_default()
    }

    /// A child that is a truth value, in any case.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidResponse`] where it is something else.
    pub(crate) fn flag_of(&self, name: &str) -> Result<Option<bool>> {
        flag(self.str_of(name).unwrap_or_default()).map_err(|text| self.wrong(name, text))
    }

    /// A child that is a number and may be left out: one that the service repeats from the request, or that is checked
    /// where it is needed. What cannot be such a number counts as absent.
    pub(crate) fn echoed<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.str_of(name)?.trim_ascii().parse().ok()
    }

    /// The checksums among the children.
    pub(crate) fn checksums(&self) -> ObjectChecksums {
        ObjectChecksums::collect(self.str_of("ChecksumType"), |algorithm| {
            self.str_of(algorithm.member_name()?)
        })
    }

    /// The error for a child with a value that it cannot have.
    pub(crate) fn wrong(&self, name: &str, text: &str) -> Error {
        Error::new(ErrorKind::InvalidResponse, format!("<{name}> of <{}> is {text:?}", self.name))
    }

    /// The error for a child that is missing.
    pub(crate) fn lacks(&self, name: &str) -> Error {
        Error::new(ErrorKind::InvalidResponse, format!("<{}> lacks <{name}>", self.name))
    }

    fn named(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }
}

/// A document that is being read.
#[derive(Default)]
struct Tree {
    /// The elements that have begun and not ended, the outermost first.
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
                malformed(format!("the XML cannot be read at byte {position} ({context:?}): {why}"))
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
                    return Err(failed(format!("elements nest deeper than {MAX_DEPTH}")));
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

/// Reads a truth value as XML has it, in any case; None where there is none, and the text back where it is something else.
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

/// The local name of a document's root element, found without reading further.
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

/// Writes the body of a request.
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

    /// Writes an element with text; None writes nothing.
    pub(crate) fn text(&mut self, name: &str, value: Option<impl AsRef<str>>) {
        let Some(value) = value else { return };
        self.open(name);
        for character in value.as_ref().chars() {
            match character {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                // A bare CR would come out as LF; the other controls have no bare form that parsers accept.
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

    /// The document. The root was opened first, so its name leads the text.
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
    fn a_tree_is_read_with_entities_namespaces_and_layout() {
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
    fn white_space_around_words_and_numbers_is_layout() {
        let root = Element::parse(b"<A><Word>\n Enabled\n</Word><Size> 5 </Size><None> </None></A>").unwrap();
        assert_eq!(root.word_of::<String>("Word").as_deref(), Some("Enabled"));
        assert_eq!(root.parsed::<u64>("Size").unwrap(), Some(5));
        assert_eq!((root.word_of::<String>("None"), root.parsed::<u64>("None").unwrap()), (None, None));
    }

    #[test]
    fn what_is_not_whole_is_malformed_and_retryable() {
        for text in ["", "  \n", "<A>", "<A><B></A>", "<A/><B/>", "<A>&bomb;</A>", "no xml", "<A/>x", "<A"] {
            let error = Element::parse(text.as_bytes()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{text}");
            assert!(error.is_retryable(), "{text}: {error}");
        }
    }

    #[test]
    fn deep_nesting_is_refused() {
        let text = "<A>".repeat(10_000);
        assert!(Element::parse(text.as_bytes()).unwrap_err().message().contains("deeper"));
    }

    #[test]
    fn elements_are_bounded() {
        let document = |elements: usize| format!("<A>{}</A>", "<a/>".repeat(elements));
        assert!(Element::parse(document(MOST_ELEMENTS - 1).as_bytes()).is_ok());
        let error = Element::parse(document(MOST_ELEMENTS).as_bytes()).unwrap_err();
        assert!(error.message().contains("more than 100000 elements"), "{error}");
    }

    #[test]
    fn the_beginning_of_a_document_is_read_as_far_as_it_goes() {
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
    fn the_root_is_found_early() {
        assert_eq!(root_name(b"  <?xml version='1.0'?>\n\n<Error><Code>x").as_deref(), Some("Error"));
        assert_eq!(root_name(b"plain"), None);
        assert_eq!(root_name(b""), None);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(text in any::<String>().prop_filter("XML has no NUL", |t| !t.contains('\0'))) {
            let mut xml = XmlWriter::new("Root");
            xml.text("Value", Some(&text));
            let root = Element::parse(&xml.finish()).unwrap();
            prop_assert_eq!(root.child("Value").unwrap().text(), text);
        }

        #[test]
        fn reading_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Element::parse(&bytes);
            let _ = root_name(&bytes);
        }
    }
}
