//! A pull parser for lists, the largest XML responses. It has a fast path for plain tags and texts, and a
//! slower one for the rest of XML. It allocates only for texts with references, and expands only the five
//! predefined entities.
//!
//! A truncated or malformed list is an error, never a shorter list.

use std::borrow::Cow;

use memchr::{memchr, memchr2, memmem};

use crate::protocol::ETag;
use crate::protocol::list_root::ListRoot;
use crate::protocol::timestamp::read_date;
use crate::protocol::xml::{MOST_ELEMENTS, flag, malformed};
use crate::{Error, ErrorKind, Result};

/// Parses the document of a list. `read` receives each child of the root and must consume it.
///
/// # Errors
/// [`ErrorKind::InvalidResponse`], retryable if the document is empty, truncated or malformed.
pub(crate) fn scan<'a>(
    document: &'a [u8],
    root: ListRoot,
    mut read: impl FnMut(&mut Scanner<'a>, Tag<'a>) -> Result<()>,
) -> Result<()> {
    let text = std::str::from_utf8(document)
        .map_err(|error| malformed(format!("the list is not valid UTF-8 at byte {}", error.valid_up_to())))?;
    let text = text.trim_ascii_start();
    // Some services send a byte order mark.
    let mut scanner = Scanner { text: text.strip_prefix('\u{feff}').unwrap_or(text), at: 0, elements: 0 };
    let found = match scanner.next_tag()? {
        Some(tag) if tag.kind != Kind::Close => tag,
        Some(_) => return Err(scanner.failed("a closing tag without an opening tag")),
        None => return Err(malformed("the response is empty, expected a list".into())),
    };
    let refused = || Error::new(ErrorKind::InvalidResponse, root.refusal(found.local()));
    if !root.accepts(found.local()) {
        return Err(refused());
    }
    let mut proven = found.local() == root.name;
    scanner.children(found, |scanner, tag| {
        proven = proven || root.is_proven_by(tag.local());
        read(scanner, tag)
    })?;
    scanner.end()?;
    if proven { Ok(()) } else { Err(refused()) }
}

/// A position in the document.
pub(crate) struct Scanner<'a> {
    text: &'a str,
    at: usize,
    elements: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tag<'a> {
    /// The name with its namespace prefix.
    name: &'a str,
    kind: Kind<'a>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind<'a> {
    Open,
    Close,
    Empty,
    /// An element that was consumed and contains only this text. The text can contain references.
    Leaf(&'a str),
}

impl<'a> Tag<'a> {
    pub(crate) fn local(&self) -> &'a str {
        // The fast path finds only names without a prefix.
        match self.kind {
            Kind::Leaf(_) => self.name,
            _ => self.name.rsplit_once(':').map_or(self.name, |(_, local)| local),
        }
    }
}

impl<'a> Scanner<'a> {
    /// Returns the unread part of the document.
    pub(crate) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Continues with `rest`, a suffix of the document.
    pub(crate) fn go_to(&mut self, rest: &'a str) {
        self.at = self.text.len() - rest.len();
    }

    /// Counts elements that were parsed elsewhere.
    pub(crate) fn count(&mut self, elements: usize) -> Result<()> {
        self.elements += elements;
        if self.elements > MOST_ELEMENTS {
            let message = format!("the list has more than {MOST_ELEMENTS} elements");
            return Err(Error::new(ErrorKind::InvalidResponse, message));
        }
        Ok(())
    }

    /// Returns the text that was consumed since the rest was `before`.
    pub(crate) fn read_since(&self, before: &'a str) -> &'a str {
        before.get(..before.len() - self.rest().len()).unwrap_or_default()
    }

    /// Advances to the next tag, across white space. `None` at the end of the document.
    fn next_tag(&mut self) -> Result<Option<Tag<'a>>> {
        if let Some((tag, length)) = self.plain_tag() {
            self.at += length;
            return Ok(Some(if tag.kind == Kind::Open { self.leaf(tag) } else { tag }));
        }
        loop {
            let rest = self.rest();
            let Some(start) = memchr(b'<', rest.as_bytes()) else {
                return if is_layout(rest) { Ok(None) } else { Err(self.failed("text outside of the root")) };
            };
            if !is_layout(rest.get(..start).unwrap_or_default()) {
                return Err(self.failed("text between elements"));
            }
            self.at += start;
            if !self.skip_aside()? {
                return self.tag().map(Some);
            }
        }
    }

    /// Skips a comment, a processing instruction or a declaration.
    fn skip_aside(&mut self) -> Result<bool> {
        let rest = self.rest();
        let length = match rest.as_bytes() {
            [b'<', b'!', b'-', b'-', ..] => self.length_until("<!--", "-->")?,
            [b'<', b'?', b'A'..=b'Z' | b'a'..=b'z' | b'_' | b':' | 0x80.., ..] => {
                self.length_until("<?", "?>")?
            }
            [b'<', b'?', ..] => return Err(self.failed("a processing instruction without a name")),
            // Entities that a document declares are never expanded, so the declaration can be skipped.
            bytes if bytes.starts_with(b"<!DOCTYPE") && !self.declares_entities() => self.tag_end()? + 1,
            [b'<', b'!', ..] => return Err(self.failed("an unexpected declaration")),
            _ => return Ok(false),
        };
        self.at += length;
        Ok(true)
    }

    /// Whether the declaration has an internal subset, which can declare entities.
    fn declares_entities(&self) -> bool {
        let rest = self.rest().as_bytes();
        memchr2(b'[', b'>', rest).and_then(|at| rest.get(at)) == Some(&b'[')
    }

    /// Returns the length from `start` to `end`, which share no byte.
    fn length_until(&self, start: &str, end: &str) -> Result<usize> {
        let inside = self.rest().as_bytes().get(start.len()..).unwrap_or_default();
        let length =
            memmem::find(inside, end.as_bytes()).ok_or_else(|| self.failed("the document is truncated"))?;
        Ok(start.len() + length + end.len())
    }

    /// Parses the tag at the current position.
    fn tag(&mut self) -> Result<Tag<'a>> {
        if let Some((tag, length)) = self.plain_tag() {
            self.at += length;
            return Ok(tag);
        }
        let rest = self.rest();
        let end = self.tag_end()?;
        let inside = rest.get(1..end).unwrap_or_default();
        self.at += end + 1;
        let (inside, kind) = match (inside.strip_prefix('/'), inside.strip_suffix('/')) {
            (Some(inside), _) => (inside, Kind::Close),
            (None, Some(inside)) => (inside, Kind::Empty),
            (None, None) => (inside, Kind::Open),
        };
        // Attributes are ignored.
        let (name, attributes) = inside.split_once(SPACE).unwrap_or((inside, ""));
        if kind == Kind::Close && !attributes.trim_matches(SPACE).is_empty() {
            return Err(self.failed("a closing tag with attributes"));
        }
        if name.is_empty() || name.contains(['<', '"', '\'', '=', '&']) {
            return Err(self.failed("a tag without a name"));
        }
        Ok(Tag { name, kind })
    }

    /// Parses the element that `tag` opened if it contains only text, as nearly all do.
    fn leaf(&mut self, tag: Tag<'a>) -> Tag<'a> {
        match self.plain_text(tag) {
            Some(raw) => Tag { kind: Kind::Leaf(raw), ..tag },
            None => tag,
        }
    }

    /// Returns the tag at the current position and its length if it is a plain name, as nearly all are.
    fn plain_tag(&self) -> Option<(Tag<'a>, usize)> {
        let rest = self.rest();
        let (kind, start) = match rest.as_bytes() {
            [b'<', b'/', ..] => (Kind::Close, 2),
            [b'<', b'A'..=b'Z' | b'a'..=b'z', ..] => (Kind::Open, 1),
            _ => return None,
        };
        // Letters sort after `>`. A space, slash, colon or quote, which can follow or extend a name, sorts
        // before it.
        let letters = rest.as_bytes().get(start..)?.iter().position(|byte| *byte <= b'>')?;
        let end = start + letters;
        let tag = Tag { name: rest.get(start..end)?, kind };
        (letters > 0 && rest.as_bytes().get(end) == Some(&b'>')).then_some((tag, end + 1))
    }

    /// Returns the end of the tag at the current position. A `>` within an attribute does not end it.
    fn tag_end(&self) -> Result<usize> {
        let bytes = self.rest().as_bytes();
        let end = memchr(b'>', bytes).ok_or_else(|| self.failed("the document ends within a tag"))?;
        if !bytes.get(..end).is_some_and(|inside| inside.iter().any(|byte| matches!(byte, b'"' | b'\''))) {
            return Ok(end);
        }
        let mut quote = None;
        for (at, byte) in bytes.iter().enumerate() {
            match (quote, byte) {
                (None, b'>') => return Ok(at),
                (None, b'"' | b'\'') => quote = Some(*byte),
                (Some(open), byte) if open == *byte => quote = None,
                _ => {}
            }
        }
        Err(self.failed("the document ends within a tag"))
    }

    /// Passes each child of `parent`, which is open, to `read`, which must consume it.
    pub(crate) fn children(
        &mut self,
        parent: Tag<'a>,
        mut read: impl FnMut(&mut Self, Tag<'a>) -> Result<()>,
    ) -> Result<()> {
        match parent.kind {
            Kind::Empty => return Ok(()),
            Kind::Leaf(text) if is_layout(text) => return Ok(()),
            Kind::Leaf(_) => return Err(self.failed("text instead of elements")),
            Kind::Open | Kind::Close => {}
        }
        loop {
            match self.next_tag()? {
                None => return Err(self.failed("the document ends within an element")),
                Some(tag) if tag.kind != Kind::Close => {
                    self.count(1)?;
                    read(self, tag)?;
                }
                Some(tag) if tag.name == parent.name => return Ok(()),
                Some(_) => return Err(self.failed("a mismatched closing tag")),
            }
        }
    }

    /// Returns the text of an element with references resolved. Child elements are skipped.
    pub(crate) fn text(&mut self, tag: Tag<'a>) -> Result<Cow<'a, str>> {
        match tag.kind {
            Kind::Leaf(raw) => return self.resolved(raw),
            Kind::Empty => return Ok(Cow::Borrowed("")),
            Kind::Open | Kind::Close => {}
        }
        let mut text = Cow::Borrowed("");
        loop {
            let rest = self.rest();
            let start =
                memchr(b'<', rest.as_bytes()).ok_or_else(|| self.failed("the document ends within text"))?;
            let piece = self.resolved(rest.get(..start).unwrap_or_default())?;
            text = if text.is_empty() { piece } else { text + piece };
            self.at += start;
            if let Some(content) = self.rest().strip_prefix("<![CDATA[") {
                let length = self.length_until("<![CDATA[", "]]>")?;
                text.to_mut().push_str(content.get(..length - "<![CDATA[]]>".len()).unwrap_or_default());
                self.at += length;
                continue;
            }
            if self.skip_aside()? {
                continue;
            }
            let next = self.tag()?;
            match next.kind {
                Kind::Close if next.name == tag.name => return Ok(text),
                Kind::Close => return Err(self.failed("a mismatched closing tag")),
                Kind::Open | Kind::Empty | Kind::Leaf(_) => {
                    self.count(1)?;
                    self.skip(next)?;
                }
            }
        }
    }

    /// Returns the raw text of an element that contains only text, and consumes the closing tag.
    fn plain_text(&mut self, tag: Tag<'a>) -> Option<&'a str> {
        let rest = self.rest();
        let length = memchr(b'<', rest.as_bytes())?;
        let closing =
            rest.as_bytes().get(length..)?.strip_prefix(b"</")?.strip_prefix(tag.name.as_bytes())?;
        let raw = rest.get(..length).filter(|_| closing.first() == Some(&b'>'))?;
        self.at += length + tag.name.len() + 3;
        Some(raw)
    }

    /// Skips an element with all its descendants.
    pub(crate) fn skip(&mut self, tag: Tag<'a>) -> Result<()> {
        if tag.kind != Kind::Open {
            return Ok(());
        }
        let mut open = vec![tag.name];
        while let Some(innermost) = open.last().copied() {
            let start = memchr(b'<', self.rest().as_bytes());
            self.at += start.ok_or_else(|| self.failed("the document ends within an element"))?;
            if self.rest().starts_with("<![CDATA[") {
                self.at += self.length_until("<![CDATA[", "]]>")?;
                continue;
            }
            if self.skip_aside()? {
                continue;
            }
            let next = self.tag()?;
            if next.kind != Kind::Close {
                self.count(1)?;
            }
            match next.kind {
                Kind::Open if open.len() >= MAX_DEPTH => {
                    return Err(self.failed("elements are nested too deeply"));
                }
                Kind::Open => open.push(next.name),
                Kind::Close if next.name == innermost => {
                    open.pop();
                }
                Kind::Close => return Err(self.failed("a mismatched closing tag")),
                Kind::Empty | Kind::Leaf(_) => {}
            }
        }
        Ok(())
    }

    /// Accepts only comments and white space after the root.
    fn end(&mut self) -> Result<()> {
        match self.next_tag()? {
            None => Ok(()),
            Some(_) => Err(self.failed("a second root")),
        }
    }

    /// Returns the text of an element; `None` if it is empty.
    pub(crate) fn owned(&mut self, tag: Tag<'a>) -> Result<Option<String>> {
        let text = self.text(tag)?;
        Ok((!text.is_empty()).then(|| text.into_owned()))
    }

    /// Returns the text of an `ETag`, whose quotes S3 writes as entities.
    pub(crate) fn etag(&mut self, tag: Tag<'a>) -> Result<Option<ETag>> {
        if let Kind::Leaf(raw) = tag.kind {
            let value = raw.strip_prefix("&quot;").and_then(|raw| raw.strip_suffix("&quot;"));
            if let Some(value) = value.filter(|value| memchr(b'&', value.as_bytes()).is_none()) {
                return Ok(Some(ETag::quoted(value)));
            }
        }
        let text = self.text(tag)?;
        Ok((!text.is_empty()).then(|| ETag::new(text)))
    }

    pub(crate) fn word<T: for<'b> From<&'b str>>(&mut self, tag: Tag<'a>) -> Result<Option<T>> {
        let text = self.text(tag)?;
        let text = text.trim_ascii();
        Ok((!text.is_empty()).then(|| T::from(text)))
    }

    pub(crate) fn parsed<T: std::str::FromStr>(&mut self, tag: Tag<'a>) -> Result<Option<T>> {
        let text = self.text(tag)?;
        let text = text.trim_ascii();
        if text.is_empty() {
            return Ok(None);
        }
        text.parse().map(Some).map_err(|_| wrong(tag, text))
    }

    /// Parses a boolean, in any case.
    pub(crate) fn flag(&mut self, tag: Tag<'a>) -> Result<Option<bool>> {
        let text = self.text(tag)?;
        flag(&text).map_err(|text| wrong(tag, text))
    }

    /// Parses a number that repeats a request parameter. An invalid one is ignored: it does not affect the
    /// list.
    pub(crate) fn echoed<T: std::str::FromStr>(&mut self, tag: Tag<'a>) -> Result<Option<T>> {
        Ok(self.text(tag)?.trim_ascii().parse().ok())
    }

    /// Parses a time, or returns the text if it is not a valid one.
    pub(crate) fn time(&mut self, tag: Tag<'a>) -> Result<(Option<std::time::SystemTime>, Option<String>)> {
        Ok(read_date(&self.text(tag)?))
    }

    /// Returns text with its references resolved.
    fn resolved(&self, raw: &'a str) -> Result<Cow<'a, str>> {
        if memchr(b'&', raw.as_bytes()).is_none() {
            return Ok(Cow::Borrowed(raw));
        }
        let mut out = String::with_capacity(raw.len());
        let mut rest = raw;
        while let Some((plain, reference)) = rest.split_once('&') {
            out.push_str(plain);
            let (name, tail) =
                reference.split_once(';').ok_or_else(|| self.failed("an unterminated reference"))?;
            out.push(character(name).ok_or_else(|| self.failed("an unknown entity"))?);
            rest = tail;
        }
        out.push_str(rest);
        Ok(Cow::Owned(out))
    }

    fn failed(&self, why: &str) -> Error {
        let context: String = self.rest().chars().take(40).collect();
        malformed(format!("failed to parse the list at byte {} ({context:?}): {why}", self.at))
    }
}

/// White space in tags, as XML defines it.
const SPACE: [char; 4] = [' ', '\t', '\r', '\n'];

/// The maximum depth within a skipped element.
const MAX_DEPTH: usize = 32;

fn is_layout(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_whitespace()) || text.trim().is_empty()
}

fn character(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code).filter(|character| *character != '\0')?
        }
    })
}

fn wrong(tag: Tag<'_>, text: &str) -> Error {
    Error::new(ErrorKind::InvalidResponse, format!("<{}> of the list is {text:?}", tag.local()))
}
