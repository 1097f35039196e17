//! A page of a list, read by one pass over its bytes: lists are the largest answers but for content, and a
//! tree or an event for each of ten thousand elements would cost ten times what the keys themselves do.
//!
//! Strict where it matters: a page that is cut off or malformed is an error, never a shorter page.

mod scanner;

use std::borrow::Cow;

use super::encode;
use super::xml::malformed;
use crate::types::{EncodingType, Object, Owner, RestoreStatus};
use crate::{Error, ErrorKind, Result};
use scanner::{Kind, Scanner, Tag};

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
        let mut scanner = Scanner::new(text);
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
        assert_eq!(*object.checksum_algorithms, [ChecksumAlgorithm::Crc32]);
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
