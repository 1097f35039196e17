//! XML documents that s3s does not support completely: parsing into a tree, and writing.

use std::borrow::Cow;
use std::fmt::{Display, Write as _};

use http::{HeaderValue, Response, header};
use quick_xml::Reader;
use quick_xml::events::Event;
use s3s::Body;

use crate::refusal::{self, Code, Refusal};

/// One element of a parsed document.
#[derive(Debug, Default)]
pub(super) struct Element {
    pub(super) name: String,
    /// The text directly within the element.
    pub(super) text: String,
    pub(super) children: Vec<Self>,
}

impl Element {
    /// Parses a document with this root. Like S3, ignores namespaces and attributes.
    ///
    /// # Errors
    ///
    /// `MalformedXML` for malformed documents and other roots.
    pub(super) fn parse(document: &[u8], root: &str) -> Result<Self, Refusal> {
        Self::read(document).filter(|element| element.name == root).ok_or_else(|| Code::MalformedXML.into())
    }

    /// Returns the first child with this name.
    pub(super) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// Returns the text of the first child with this name.
    pub(super) fn text_of(&self, name: &str) -> Option<&str> {
        Some(self.child(name)?.text.as_str())
    }

    fn read(document: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(document).ok()?;
        let mut reader = Reader::from_str(text);
        let mut open = vec![Self::default()];
        loop {
            match reader.read_event().ok()? {
                Event::Start(start) if open.len() < DEEPEST => {
                    open.push(Self { name: start.local_name().as_ref().to_owned(), ..Self::default() });
                }
                Event::Empty(start) => {
                    let name = start.local_name().as_ref().to_owned();
                    open.last_mut()?.children.push(Self { name, ..Self::default() });
                }
                Event::End(_) => {
                    let closed = open.pop()?;
                    open.last_mut()?.children.push(closed);
                }
                Event::Text(text) => open.last_mut()?.text.push_str(&text),
                Event::CData(text) => open.last_mut()?.text.push_str(&text),
                Event::GeneralRef(reference) => {
                    let text = match reference.resolve_char_ref().ok()? {
                        Some(character) => Cow::Owned(character.to_string()),
                        None => quick_xml::escape::resolve_predefined_entity(&reference)?.into(),
                    };
                    open.last_mut()?.text.push_str(&text);
                }
                Event::Decl(_) | Event::Comment(_) | Event::PI(_) => {}
                Event::Start(_) | Event::DocType(_) => return None,
                Event::Eof => break,
            }
        }
        let mut document = open.pop().filter(|_| open.is_empty())?;
        document.children.pop().filter(|_| document.children.is_empty() && document.text.trim().is_empty())
    }
}

/// A document that is being written.
#[derive(Debug)]
pub(super) struct Document {
    text: String,
    root: &'static str,
}

impl Document {
    /// Starts a document with this root, in the namespace of S3.
    pub(super) fn new(root: &'static str) -> Self {
        let text = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{root} xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
        );
        Self { text, root }
    }

    /// Writes an element with text.
    pub(super) fn put(&mut self, name: &str, value: impl Display) {
        let value = refusal::escape(&value.to_string());
        let _ = write!(self.text, "<{name}>{value}</{name}>");
    }

    /// Writes an element whose children `content` writes.
    pub(super) fn within(&mut self, name: &str, content: impl FnOnce(&mut Self)) {
        let _ = write!(self.text, "<{name}>");
        content(self);
        let _ = write!(self.text, "</{name}>");
    }

    /// Returns the response with this document.
    pub(super) fn answer(self) -> Response<Body> {
        answer(self.finish())
    }

    /// Returns the text of the document.
    pub(super) fn finish(mut self) -> String {
        let _ = write!(self.text, "</{}>", self.root);
        self.text
    }
}

/// Returns the response with the text of a document.
pub(super) fn answer(document: String) -> Response<Body> {
    let mut answer = Response::new(Body::from(document));
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/xml"));
    answer
}

/// Deeper than any document of S3.
const DEEPEST: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn namespaces_and_whitespace_are_ignored() {
        let text = "<?xml version=\"1.0\"?>\n<s:A xmlns:s=\"x\"> <B>a&amp;b&#65;<![CDATA[<]]></B>\n<B/><C><D> x </D></C></s:A>\n";
        let root = Element::parse(text.as_bytes(), "A").unwrap();
        assert_eq!(root.text_of("B"), Some("a&bA<"));
        assert_eq!(root.children.len(), 3);
        assert_eq!(root.child("C").and_then(|child| child.text_of("D")), Some(" x "));
    }

    #[test]
    fn other_roots_and_broken_documents_are_malformed() {
        let deep = format!("{}{}", "<A>".repeat(40), "</A>".repeat(40));
        for text in [
            "",
            "A",
            "<A>",
            "<B/>",
            "<A/><A/>",
            "<A></B>",
            "<A/>x",
            "<!DOCTYPE x [<!ENTITY e \"x\">]><A>&e;</A>",
            "<A>&e;</A>",
            "\u{feff}",
            &deep,
        ] {
            assert_eq!(Element::parse(text.as_bytes(), "A").unwrap_err().code, Code::MalformedXML, "{text}");
        }
    }
}
