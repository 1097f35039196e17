//! A page of a list, read by one pass over its bytes: lists are the largest answers but for content, and a
//! tree or an event for each of ten thousand elements would cost ten times what the keys themselves do.
//!
//! Strict where it matters: a page that is cut off or malformed is an error, never a shorter page.

use std::borrow::Cow;

use memchr::{memchr, memchr2, memmem};

use super::encode;
use super::xml::malformed;
use crate::types::{ETag, EncodingType, Object, Owner, RestoreStatus, parse_http_date, parse_iso8601};
use crate::{Error, ErrorKind, Result};

/// What a page of ListObjectsV2 holds.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct ListPage {
    pub(crate) common_prefixes: Vec<String>,
    pub(crate) contents: Vec<Object>,
    pub(crate) continuation_token: Option<String>,
    pub(crate) delimiter: Option<String>,
    pub(crate) encoding_type: Option<EncodingType>,
    pub(crate) is_truncated: Option<bool>,
    pub(crate) key_count: Option<u32>,
    pub(crate) max_keys: Option<u32>,
    pub(crate) name: Option<String>,
    pub(crate) next_continuation_token: Option<String>,
    pub(crate) prefix: Option<String>,
    pub(crate) start_after: Option<String>,
}

/// A page asked for more keys than S3 gives at once must not reserve memory for them.
const MOST_RESERVED: u32 = 1000;

impl ListPage {
    /// Reads a page.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidResponse`], retryable where the page is empty, cut off or malformed.
    pub(crate) fn parse(document: &[u8]) -> Result<Self> {
        let text = std::str::from_utf8(document).map_err(|error| {
            malformed(format!("the list is not UTF-8 from byte {} on", error.valid_up_to()))
        })?;
        let mut scanner = Scanner { text, at: 0 };
        let root = match scanner.next_tag()? {
            Some(tag) if tag.kind != Kind::Close => tag,
            Some(_) => return Err(scanner.failed("a closing tag without its opening")),
            None => return Err(malformed("the answer is empty where a list is due".into())),
        };
        if root.local() != "ListBucketResult" {
            let message = format!("the answer should be <ListBucketResult> and is <{}>", root.local());
            return Err(Error::new(ErrorKind::InvalidResponse, message));
        }
        let mut page = Self::default();
        scanner.children(root, |scanner, tag| page.member(scanner, tag))?;
        scanner.end()?;
        page.decode();
        Ok(page)
    }

    fn member<'a>(&mut self, scanner: &mut Scanner<'a>, tag: Tag<'a>) -> Result<()> {
        match tag.local() {
            "Contents" => {
                let mut object = Object::default();
                scanner.children(tag, |scanner, tag| read_object(&mut object, scanner, tag))?;
                self.contents.push(object);
            }
            "CommonPrefixes" => {
                let mut prefix = String::new();
                scanner.children(tag, |scanner, tag| {
                    match tag.local() {
                        "Prefix" => prefix = scanner.text(tag)?.into_owned(),
                        _ => scanner.skip(tag)?,
                    }
                    Ok(())
                })?;
                self.common_prefixes.push(prefix);
            }
            "ContinuationToken" => self.continuation_token = scanner.owned(tag)?,
            "Delimiter" => self.delimiter = scanner.owned(tag)?,
            "EncodingType" => self.encoding_type = scanner.owned(tag)?.map(EncodingType::from),
            "IsTruncated" => self.is_truncated = scanner.parsed(tag)?,
            "KeyCount" => self.reserve(scanner.parsed(tag)?),
            "MaxKeys" => self.max_keys = scanner.parsed(tag)?,
            "Name" => self.name = scanner.owned(tag)?,
            "NextContinuationToken" => self.next_continuation_token = scanner.owned(tag)?,
            "Prefix" => self.prefix = scanner.owned(tag)?,
            "StartAfter" => self.start_after = scanner.owned(tag)?,
            _ => scanner.skip(tag)?,
        }
        Ok(())
    }

    fn reserve(&mut self, key_count: Option<u32>) {
        self.key_count = key_count;
        self.contents.reserve(key_count.unwrap_or(0).min(MOST_RESERVED) as usize);
    }

    /// Undoes the encoding of keys, where the service says that it encoded them: some echo no encoding.
    fn decode(&mut self) {
        if self.encoding_type != Some(EncodingType::Url) {
            return;
        }
        let keys = self.contents.iter_mut().map(|object| &mut object.key);
        let others = [&mut self.prefix, &mut self.delimiter, &mut self.start_after].into_iter().flatten();
        for text in keys.chain(self.common_prefixes.iter_mut()).chain(others) {
            if let Cow::Owned(decoded) = encode::decode_listed(text) {
                *text = decoded;
            }
        }
    }
}

fn read_object<'a>(object: &mut Object, scanner: &mut Scanner<'a>, tag: Tag<'a>) -> Result<()> {
    match tag.local() {
        "Key" => object.key = scanner.text(tag)?.into_owned(),
        "LastModified" => object.last_modified = scanner.time(tag)?,
        "ETag" => object.etag = scanner.etag(tag)?,
        "Size" => object.size = scanner.parsed(tag)?,
        "StorageClass" => object.storage_class = scanner.word(tag)?,
        "ChecksumAlgorithm" => object.checksum_algorithms.extend(scanner.word(tag)?),
        "ChecksumType" => object.checksum_type = scanner.word(tag)?,
        "Owner" => {
            let mut owner = Owner::default();
            scanner.children(tag, |scanner, tag| {
                match tag.local() {
                    "ID" => owner.id = scanner.owned(tag)?,
                    "DisplayName" => owner.display_name = scanner.owned(tag)?,
                    _ => scanner.skip(tag)?,
                }
                Ok(())
            })?;
            object.owner = Some(Box::new(owner));
        }
        "RestoreStatus" => {
            let mut status = RestoreStatus::default();
            scanner.children(tag, |scanner, tag| {
                match tag.local() {
                    "IsRestoreInProgress" => status.is_restore_in_progress = scanner.parsed(tag)?,
                    "RestoreExpiryDate" => status.restore_expiry_date = scanner.time(tag)?,
                    _ => scanner.skip(tag)?,
                }
                Ok(())
            })?;
            object.restore_status = Some(Box::new(status));
        }
        _ => scanner.skip(tag)?,
    }
    Ok(())
}

/// A place in the document.
struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

#[derive(Clone, Copy)]
struct Tag<'a> {
    /// The name with its namespace prefix.
    name: &'a str,
    kind: Kind<'a>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind<'a> {
    Open,
    Close,
    Empty,
    /// The element was read to its end: it holds this text and nothing else. The text may hold references.
    Leaf(&'a str),
}

impl<'a> Tag<'a> {
    fn local(&self) -> &'a str {
        // A leaf was found by its letters: it has no prefix.
        match self.kind {
            Kind::Leaf(_) => self.name,
            _ => self.name.rsplit_once(':').map_or(self.name, |(_, local)| local),
        }
    }
}

impl<'a> Scanner<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Goes on to the next tag; what stands before it is layout. None at the end of the document.
    fn next_tag(&mut self) -> Result<Option<Tag<'a>>> {
        if let Some((tag, length)) = self.plain_tag() {
            self.at += length;
            return Ok(Some(if tag.kind == Kind::Open { self.leaf(tag) } else { tag }));
        }
        loop {
            let rest = self.rest();
            let Some(start) = memchr(b'<', rest.as_bytes()) else {
                return if is_layout(rest) {
                    Ok(None)
                } else {
                    Err(self.failed("text that belongs to nothing"))
                };
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

    /// Skips a comment, a processing instruction or a declaration, if one stands here.
    fn skip_aside(&mut self) -> Result<bool> {
        let rest = self.rest();
        let end = match rest.as_bytes() {
            [b'<', b'!', b'-', b'-', ..] => "-->",
            [b'<', b'?', ..] => "?>",
            // Entities that a document declares are never expanded, so nothing inside of it matters.
            [b'<', b'!', b'D', ..] if !self.declares_entities() => ">",
            [b'<', b'!', ..] => return Err(self.failed("a declaration that does not belong into an answer")),
            _ => return Ok(false),
        };
        self.at += self.length_until(end)?;
        Ok(true)
    }

    /// Whether the declaration that stands here has a part of its own, where entities would be declared.
    fn declares_entities(&self) -> bool {
        let rest = self.rest().as_bytes();
        memchr2(b'[', b'>', rest).and_then(|at| rest.get(at)) == Some(&b'[')
    }

    fn length_until(&self, end: &str) -> Result<usize> {
        let found = memmem::find(self.rest().as_bytes(), end.as_bytes());
        found.map(|start| start + end.len()).ok_or_else(|| self.failed("the document ends in the middle"))
    }

    /// Reads the tag that stands here.
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
        // Attributes are of no interest.
        let length = inside.bytes().position(|byte| byte.is_ascii_whitespace()).unwrap_or(inside.len());
        let name = inside.get(..length).unwrap_or_default();
        if name.is_empty() || name.contains(['<', '"', '\'', '=', '&']) {
            return Err(self.failed("a tag without a name"));
        }
        Ok(Tag { name, kind })
    }

    /// Reads the element that `tag` has opened, if it holds a text and nothing else: nearly all do.
    fn leaf(&mut self, tag: Tag<'a>) -> Tag<'a> {
        match self.plain_text(tag) {
            Some(raw) => Tag { kind: Kind::Leaf(raw), ..tag },
            None => tag,
        }
    }

    /// The tag that stands here, with its length, where it is a plain name between brackets: nearly all are.
    fn plain_tag(&self) -> Option<(Tag<'a>, usize)> {
        let rest = self.rest();
        let (kind, start) = match rest.as_bytes() {
            [b'<', b'/', ..] => (Kind::Close, 2),
            [b'<', b'A'..=b'Z' | b'a'..=b'z', ..] => (Kind::Open, 1),
            _ => return None,
        };
        // Letters sort after `>`; what could make a tag more than a name, such as a space, a slash, a colon or a
        // quote, sorts before it.
        let letters = rest.as_bytes().get(start..)?.iter().position(|byte| *byte <= b'>')?;
        let end = start + letters;
        let tag = Tag { name: rest.get(start..end)?, kind };
        (letters > 0 && rest.as_bytes().get(end) == Some(&b'>')).then_some((tag, end + 1))
    }

    /// Where the tag that stands here ends; a `>` in the value of an attribute does not end it.
    fn tag_end(&self) -> Result<usize> {
        let bytes = self.rest().as_bytes();
        let end = memchr(b'>', bytes).ok_or_else(|| self.failed("the document ends in a tag"))?;
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
        Err(self.failed("the document ends in a tag"))
    }

    /// Hands every child of `parent`, which is open, to `read`, which has to read it to its end.
    fn children(
        &mut self,
        parent: Tag<'a>,
        mut read: impl FnMut(&mut Self, Tag<'a>) -> Result<()>,
    ) -> Result<()> {
        match parent.kind {
            Kind::Empty => return Ok(()),
            Kind::Leaf(text) if is_layout(text) => return Ok(()),
            Kind::Leaf(_) => return Err(self.failed("text where elements are due")),
            Kind::Open | Kind::Close => {}
        }
        loop {
            match self.next_tag()? {
                None => return Err(self.failed("the document ends before its elements do")),
                Some(tag) if tag.kind != Kind::Close => read(self, tag)?,
                Some(tag) if tag.name == parent.name => return Ok(()),
                Some(_) => return Err(self.failed("a closing tag that does not match")),
            }
        }
    }

    /// The text of an element, entities resolved. Elements inside of it are skipped.
    fn text(&mut self, tag: Tag<'a>) -> Result<Cow<'a, str>> {
        match tag.kind {
            Kind::Leaf(raw) => return self.resolved(raw),
            Kind::Empty => return Ok(Cow::Borrowed("")),
            Kind::Open | Kind::Close => {}
        }
        let mut text = Cow::Borrowed("");
        loop {
            let rest = self.rest();
            let start =
                memchr(b'<', rest.as_bytes()).ok_or_else(|| self.failed("the document ends in a text"))?;
            let piece = self.resolved(rest.get(..start).unwrap_or_default())?;
            text = if text.is_empty() { piece } else { text + piece };
            self.at += start;
            if let Some(content) = self.rest().strip_prefix("<![CDATA[") {
                let length = self.length_until("]]>")?;
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
                Kind::Close => return Err(self.failed("a closing tag that does not match")),
                Kind::Open | Kind::Empty | Kind::Leaf(_) => self.skip(next)?,
            }
        }
    }

    /// The raw text of an element that holds nothing else, with the closing tag passed.
    fn plain_text(&mut self, tag: Tag<'a>) -> Option<&'a str> {
        let rest = self.rest();
        let length = memchr(b'<', rest.as_bytes())?;
        let closing =
            rest.as_bytes().get(length..)?.strip_prefix(b"</")?.strip_prefix(tag.name.as_bytes())?;
        let raw = rest.get(..length).filter(|_| closing.first() == Some(&b'>'))?;
        self.at += length + tag.name.len() + 3;
        Some(raw)
    }

    /// Skips an element with all that is in it, however deep.
    fn skip(&mut self, tag: Tag<'a>) -> Result<()> {
        if tag.kind != Kind::Open {
            return Ok(());
        }
        let mut open = vec![tag.name];
        while let Some(innermost) = open.last().copied() {
            let start = memchr(b'<', self.rest().as_bytes());
            self.at += start.ok_or_else(|| self.failed("the document ends before its elements do"))?;
            if self.rest().starts_with("<![CDATA[") {
                self.at += self.length_until("]]>")?;
                continue;
            }
            if self.skip_aside()? {
                continue;
            }
            let next = self.tag()?;
            match next.kind {
                Kind::Open if open.len() >= MAX_DEPTH => return Err(self.failed("elements nest too deeply")),
                Kind::Open => open.push(next.name),
                Kind::Close if next.name == innermost => {
                    open.pop();
                }
                Kind::Close => return Err(self.failed("a closing tag that does not match")),
                Kind::Empty | Kind::Leaf(_) => {}
            }
        }
        Ok(())
    }

    /// Nothing but layout may follow the root.
    fn end(&mut self) -> Result<()> {
        match self.next_tag()? {
            None => Ok(()),
            Some(_) => Err(self.failed("a second root")),
        }
    }

    /// The text of an element; None where it is empty.
    fn owned(&mut self, tag: Tag<'a>) -> Result<Option<String>> {
        let text = self.text(tag)?;
        Ok((!text.is_empty()).then(|| text.into_owned()))
    }

    /// The text of an `ETag`, whose quotes S3 writes as entities: one allocation of the right size.
    fn etag(&mut self, tag: Tag<'a>) -> Result<Option<ETag>> {
        if let Kind::Leaf(raw) = tag.kind {
            let value = raw.strip_prefix("&quot;").and_then(|raw| raw.strip_suffix("&quot;"));
            if let Some(value) = value.filter(|value| memchr(b'&', value.as_bytes()).is_none()) {
                let mut quoted = String::with_capacity(value.len() + 2);
                quoted.push('"');
                quoted.push_str(value);
                quoted.push('"');
                return Ok(Some(ETag::new(quoted)));
            }
        }
        let text = self.text(tag)?;
        Ok((!text.is_empty()).then(|| ETag::new(text.into_owned())))
    }

    fn word<T: for<'b> From<&'b str>>(&mut self, tag: Tag<'a>) -> Result<Option<T>> {
        let text = self.text(tag)?;
        let text = text.trim_ascii();
        Ok((!text.is_empty()).then(|| T::from(text)))
    }

    fn parsed<T: std::str::FromStr>(&mut self, tag: Tag<'a>) -> Result<Option<T>> {
        let text = self.text(tag)?;
        let text = text.trim_ascii();
        if text.is_empty() {
            return Ok(None);
        }
        text.parse().map(Some).map_err(|_| wrong(tag, text))
    }

    fn time(&mut self, tag: Tag<'a>) -> Result<Option<std::time::SystemTime>> {
        let text = self.text(tag)?;
        if text.trim_ascii().is_empty() {
            return Ok(None);
        }
        parse_iso8601(&text).or_else(|| parse_http_date(&text)).map(Some).ok_or_else(|| wrong(tag, &text))
    }

    /// A piece of text without its references.
    fn resolved(&self, raw: &'a str) -> Result<Cow<'a, str>> {
        if memchr(b'&', raw.as_bytes()).is_none() {
            return Ok(Cow::Borrowed(raw));
        }
        let mut out = String::with_capacity(raw.len());
        let mut rest = raw;
        while let Some((plain, reference)) = rest.split_once('&') {
            out.push_str(plain);
            let (name, tail) =
                reference.split_once(';').ok_or_else(|| self.failed("a reference without its end"))?;
            out.push(character(name).ok_or_else(|| self.failed("an unknown entity"))?);
            rest = tail;
        }
        out.push_str(rest);
        Ok(Cow::Owned(out))
    }

    fn failed(&self, why: &str) -> Error {
        let context: String = self.rest().chars().take(40).collect();
        malformed(format!("the list cannot be read at byte {} ({context:?}): {why}", self.at))
    }
}

/// The deepest nesting inside of an element that is skipped.
const MAX_DEPTH: usize = 32;

fn is_layout(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_whitespace()) || text.trim_matches('\u{feff}').trim().is_empty()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::xml::Element;
    use crate::types::{ChecksumAlgorithm, StorageClass};
    use proptest::prelude::*;

    fn page(inside: &str) -> ListPage {
        ListPage::parse(format!("<ListBucketResult>{inside}</ListBucketResult>").as_bytes()).unwrap()
    }

    #[test]
    fn the_page_of_the_documentation() {
        let page = ListPage::parse(
            b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
              <ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\n\
              <Name>bucket</Name><Prefix/><KeyCount>2</KeyCount><MaxKeys>1000</MaxKeys>\
              <IsTruncated>false</IsTruncated><Contents><Key>my-image.jpg</Key>\
              <LastModified>2009-10-12T17:50:30.000Z</LastModified>\
              <ETag>&quot;fba9dede5f27731c9771645a39863328&quot;</ETag><Size>434234</Size>\
              <StorageClass>STANDARD</StorageClass><ChecksumAlgorithm>CRC32</ChecksumAlgorithm></Contents>\
              <CommonPrefixes><Prefix>photos/</Prefix></CommonPrefixes></ListBucketResult>",
        )
        .unwrap();
        let object = &page.contents[0];
        assert_eq!(object.key, "my-image.jpg");
        assert_eq!(object.etag.as_ref().unwrap().value(), "fba9dede5f27731c9771645a39863328");
        assert_eq!((object.size, &object.storage_class), (Some(434_234), &Some(StorageClass::Standard)));
        assert_eq!(object.checksum_algorithms, [ChecksumAlgorithm::Crc32]);
        assert_eq!(page.common_prefixes, ["photos/"]);
        assert_eq!((page.is_truncated, page.key_count, page.prefix), (Some(false), Some(2), None));
    }

    #[test]
    fn keys_are_decoded_where_the_encoding_is_echoed_wherever_it_stands() {
        let keys = "<Contents><Key>a+b%2Bc%25</Key></Contents>";
        assert_eq!(page(&format!("{keys}<EncodingType>url</EncodingType>")).contents[0].key, "a b+c%");
        assert_eq!(page(keys).contents[0].key, "a+b%2Bc%25");
    }

    #[test]
    fn odd_but_legal_xml_is_read() {
        let page = page(
            "<!-- c --><x:Contents xmlns:x='a>b'><x:New><Key>not this</Key></x:New><x:Key>a<![CDATA[&<]]>&#x41;\
             &amp;</x:Key></x:Contents><?pi?><Contents/><Contents><Size> 5 </Size></Contents>",
        );
        assert_eq!(page.contents[0].key, "a&<A&");
        assert_eq!(page.contents[1], Object::default());
        assert_eq!(page.contents[2].size, Some(5));
    }

    #[test]
    fn what_is_not_whole_is_malformed_and_retryable() {
        let whole = "<ListBucketResult><Contents><Key>k</Key></Contents></ListBucketResult>";
        for end in 0..whole.len() {
            let error = ListPage::parse(&whole.as_bytes()[..end]).unwrap_err();
            assert!(error.is_retryable(), "{end}: {error}");
        }
        for text in [
            "<ListBucketResult><Contents></ListBucketResult>",
            "<ListBucketResult/><ListBucketResult/>",
            "<ListBucketResult/>x",
            "<ListBucketResult>&bomb;</ListBucketResult>",
            "<ListBucketResult><Name>&bomb;</Name></ListBucketResult>",
            "\u{1}",
        ] {
            assert!(ListPage::parse(text.as_bytes()).unwrap_err().is_retryable(), "{text}");
        }
        assert!(ListPage::parse(b"\xff").is_err());
    }

    #[test]
    fn another_root_or_a_wrong_value_is_named() {
        let error = ListPage::parse(b"<Other/>").unwrap_err();
        assert!(error.message().contains("<Other>"), "{error}");
        let error =
            ListPage::parse(b"<ListBucketResult><MaxKeys>many</MaxKeys></ListBucketResult>").unwrap_err();
        assert!(error.message().contains("<MaxKeys>") && error.message().contains("many"), "{error}");
    }

    #[test]
    fn a_declaration_is_passed_and_costs_no_more_than_its_length() {
        let page = "<!DOCTYPE list><ListBucketResult><Contents><Key>a[1]</Key></Contents></ListBucketResult>";
        assert_eq!(ListPage::parse(page.as_bytes()).unwrap().contents[0].key, "a[1]");
        assert!(ListPage::parse(b"<!DOCTYPE l [<!ENTITY a \"b\">]><ListBucketResult/>").is_err());
        // A scan of the rest for each of them would take hours.
        let many = format!("{}<ListBucketResult/>", "<!DOCTYPE x>".repeat(1 << 20));
        assert!(ListPage::parse(many.as_bytes()).is_ok());
    }

    #[test]
    fn depth_is_bounded() {
        let deep = format!("<ListBucketResult>{}", "<A>".repeat(100_000));
        assert!(ListPage::parse(deep.as_bytes()).unwrap_err().message().contains("deeply"));
    }

    /// The same reading by way of a tree.
    type Shown = (Vec<(String, Option<u64>)>, Vec<String>);

    fn slowly(document: &str) -> Result<Shown> {
        let root = Element::parse(document.as_bytes())?;
        let url = root.str_of("EncodingType") == Some("url");
        let decode =
            |text: &str| if url { encode::decode_listed(text).into_owned() } else { text.to_owned() };
        let contents = root.children("Contents").map(|object| {
            let key = object.child("Key").map(Element::text).unwrap_or_default();
            Ok((decode(key), object.parsed("Size")?))
        });
        let contents = contents.collect::<Result<_>>()?;
        let prefixes = root.children("CommonPrefixes").flat_map(|prefixes| prefixes.children("Prefix"));
        Ok((contents, prefixes.map(|prefix| decode(prefix.text())).collect()))
    }

    fn escaped(text: &str, style: u8) -> String {
        match style % 3 {
            0 => format!("<![CDATA[{}]]>", text.replace("]]>", "")),
            1 => text.chars().map(|c| format!("&#{};", u32::from(c))).collect(),
            _ => text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"),
        }
    }

    fn element() -> impl Strategy<Value = String> {
        let text = "[ -~ü日&<>]{0,12}";
        prop_oneof![
            (text, any::<u8>(), any::<u32>()).prop_map(|(key, style, size)| format!(
                "<Contents>\n <Size>{size}</Size><Key>{}</Key><!-- c --></Contents>",
                escaped(&key, style)
            )),
            (text, any::<u8>()).prop_map(|(prefix, style)| format!(
                "<CommonPrefixes a=\"1 > 0\"><Prefix>{}</Prefix></CommonPrefixes>",
                escaped(&prefix, style)
            )),
            Just("<Contents/>".to_owned()),
            Just("<New><Contents><Key>inner</Key></Contents></New>".to_owned()),
            Just("<EncodingType>url</EncodingType>".to_owned()),
        ]
    }

    proptest! {
        #[test]
        fn the_scanner_reads_what_a_tree_shows(elements in prop::collection::vec(element(), 0..12)) {
            let document = format!("<ListBucketResult>{}</ListBucketResult>", elements.join("\n"));
            let page = ListPage::parse(document.as_bytes()).unwrap();
            let (contents, prefixes) = slowly(&document).unwrap();
            let scanned: Vec<_> = page.contents.into_iter().map(|object| (object.key, object.size)).collect();
            prop_assert_eq!(scanned, contents);
            prop_assert_eq!(page.common_prefixes, prefixes);
        }

        #[test]
        fn noise_is_never_a_panic(noise in "[<>/!\\[\\]?&;#\"'=:A-Ca \u{feff}-]{0,60}") {
            let _ = ListPage::parse(noise.as_bytes());
            let _ = ListPage::parse(format!("<ListBucketResult>{noise}").as_bytes());
        }

        #[test]
        fn damage_is_never_a_panic(elements in prop::collection::vec(element(), 0..4), at: usize, byte: u8) {
            let mut document = format!("<ListBucketResult>{}</ListBucketResult>", elements.join("")).into_bytes();
            let at = at % document.len();
            document[at] = byte;
            let _ = ListPage::parse(&document);
        }
    }
}
