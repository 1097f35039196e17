//! A page of `ListObjectsV2` or `ListObjects`, read in one pass over its bytes. Lists are the largest responses except
//! for content; a tree or an event per element would cost ten times as much as the keys.

#[cfg(any(test, fuzzing))]
pub(crate) mod by_tree;
mod fast_path;

use super::keys::{ListedKeys, read_prefixes, require_key};
use super::owners::ListedOwners;
use crate::Result;
use crate::protocol::list_root::ListRoot;
use crate::protocol::scanner::{Scanner, Tag, scan};
use crate::types::{EncodingType, Object, RestoreStatus};

/// The content of a page of `ListObjectsV2` or `ListObjects`.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct ListPage {
    pub(crate) common_prefixes: Vec<String>,
    pub(crate) contents: Vec<Object>,
    pub(crate) continuation_token: Option<String>,
    pub(crate) delimiter: Option<String>,
    pub(crate) encoding_type: Option<EncodingType>,
    pub(crate) is_truncated: Option<bool>,
    pub(crate) key_count: Option<u32>,
    pub(crate) marker: Option<String>,
    pub(crate) max_keys: Option<u32>,
    pub(crate) name: Option<String>,
    pub(crate) next_continuation_token: Option<String>,
    pub(crate) next_marker: Option<String>,
    pub(crate) prefix: Option<String>,
    pub(crate) start_after: Option<String>,
}

/// A request for more keys than S3 returns at once must not reserve memory for them.
const MOST_RESERVED: u32 = 1000;

impl ListPage {
    /// Reads a page.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidResponse`], retryable if the page is empty, truncated or malformed.
    pub(crate) fn parse(document: &[u8]) -> Result<Self> {
        let mut page = Self::default();
        let mut owners = ListedOwners::default();
        scan(document, ListRoot::OBJECTS, |scanner, tag| page.member(scanner, tag, &mut owners))?;
        page.decode();
        Ok(page)
    }

    fn member<'a>(
        &mut self,
        scanner: &mut Scanner<'a>,
        tag: Tag<'a>,
        owners: &mut ListedOwners<'a>,
    ) -> Result<()> {
        match tag.local() {
            "Contents" => {
                self.contents.push(read_object(scanner, tag, owners)?);
                let before = self.contents.len();
                scanner.go_to(fast_path::objects(&mut self.contents, scanner.rest()));
                scanner.count((self.contents.len() - before) * fast_path::FEWEST_ELEMENTS)?;
            }
            "CommonPrefixes" => read_prefixes(&mut self.common_prefixes, scanner, tag)?,
            "ContinuationToken" => self.continuation_token = scanner.owned(tag)?,
            "Delimiter" => self.delimiter = scanner.owned(tag)?,
            "EncodingType" => self.encoding_type = scanner.word(tag)?,
            "IsTruncated" => self.is_truncated = scanner.flag(tag)?,
            "KeyCount" => self.reserve(scanner.echoed(tag)?),
            "Marker" => self.marker = scanner.owned(tag)?,
            "MaxKeys" => self.max_keys = scanner.echoed(tag)?,
            "Name" => self.name = scanner.owned(tag)?,
            "NextContinuationToken" => self.next_continuation_token = scanner.owned(tag)?,
            "NextMarker" => self.next_marker = scanner.owned(tag)?,
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

    fn decode(&mut self) {
        let keys = self.contents.iter_mut().map(|object| &mut object.key);
        let others = [
            &mut self.delimiter,
            &mut self.marker,
            &mut self.next_marker,
            &mut self.prefix,
            &mut self.start_after,
        ];
        let others = others.into_iter().flatten();
        ListedKeys::written_in(self.encoding_type.as_ref())
            .decode_all(keys.chain(&mut self.common_prefixes).chain(others));
    }
}

fn read_object<'a>(scanner: &mut Scanner<'a>, tag: Tag<'a>, owners: &mut ListedOwners<'a>) -> Result<Object> {
    let mut object = Object::default();
    scanner.children(tag, |scanner, tag| {
        match tag.local() {
            "Key" => object.key = scanner.text(tag)?.into_owned(),
            "LastModified" => (object.last_modified, object.last_modified_string) = scanner.time(tag)?,
            "ETag" => object.etag = scanner.etag(tag)?,
            "Size" => object.size = scanner.parsed(tag)?,
            "StorageClass" => object.storage_class = scanner.word(tag)?,
            "ChecksumAlgorithm" => object.checksum_algorithms.extend(scanner.word(tag)?),
            "ChecksumType" => object.checksum_type = scanner.word(tag)?,
            "Owner" => object.owner = Some(owners.read(scanner, tag)?),
            "RestoreStatus" => object.restore_status = Some(Box::new(RestoreStatus::read(scanner, tag)?)),
            _ => scanner.skip(tag)?,
        }
        Ok(())
    })?;
    require_key(&object.key, tag)?;
    Ok(object)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{ChecksumAlgorithm, StorageClass};
    use proptest::prelude::*;

    fn page(inside: &str) -> ListPage {
        page_of(&format!("<ListBucketResult>{inside}</ListBucketResult>")).unwrap()
    }

    fn page_of(document: &str) -> Option<ListPage> {
        ListPage::parse(document.as_bytes()).ok()
    }

    #[test]
    fn references_inside_of_a_quoted_tag_are_resolved() {
        for raw in ["&quot;a&amp;b&quot;", "\"a&amp;b\"", "&#34;a&#x26;b&#34;"] {
            let page = page(&format!("<Contents><Key>k</Key><ETag>{raw}</ETag></Contents>"));
            assert_eq!(page.contents[0].etag.as_ref().unwrap().as_str(), "\"a&b\"", "{raw}");
        }
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
    fn keys_are_decoded_wherever_the_encoding_is_echoed() {
        let keys = "<Contents><Key>a+b%2Bc%25</Key></Contents>";
        assert_eq!(page(&format!("{keys}<EncodingType>url</EncodingType>")).contents[0].key, "a b+c%");
        assert_eq!(page(keys).contents[0].key, "a+b%2Bc%25");
    }

    #[test]
    fn odd_but_legal_xml_is_read() {
        let page = page(
            "<!-- c --><x:Contents xmlns:x='a>b'><x:New><Key>not this</Key></x:New><x:Key>a<![CDATA[&<]]>&#x41;\
             &amp;</x:Key></x:Contents><?pi?><Contents><Key>b</Key><Size> 5 </Size></Contents>",
        );
        assert_eq!(page.contents[0].key, "a&<A&");
        assert_eq!(page.contents[1].size, Some(5));
    }

    #[test]
    fn comments_are_ignored() {
        let object = "<Contents><Key>no</Key></Contents>";
        for aside in [format!("<!-->{object}-->"), format!("<!--->{object}-->"), format!("<?pi>{object}?>")] {
            assert_eq!(page(&format!("<Name>n</Name>{aside}")).contents, [], "{aside}");
        }
        assert!(page_of("<ListBucketResult><!--></ListBucketResult>").is_none());
    }

    #[test]
    fn a_truncated_page_is_malformed_and_retryable() {
        let whole = "<ListBucketResult><Contents><Key>k</Key></Contents></ListBucketResult>";
        for end in 0..whole.len() {
            let error = ListPage::parse(&whole.as_bytes()[..end]).unwrap_err();
            assert!(error.is_retryable(), "{end}: {error}");
        }
        for text in [
            "<ListBucketResult><Contents></ListBucketResult>",
            "<ListBucketResult/><ListBucketResult/>",
            "<ListBucketResult/>x",
            "<!DOCTYP list><ListBucketResult/>",
            "<?><ListBucketResult/><?x?>",
            "<ListBucketResult></ListBucketResult a='b'>",
            "<ListBucketResult><Name\u{c}></Name></ListBucketResult>",
            "<ListBucketResult/>\u{feff}",
            "<ListBucketResult>&bomb;</ListBucketResult>",
            "<ListBucketResult><Name>&bomb;</Name></ListBucketResult>",
            "<ListBucketResult><Name>&#0;</Name></ListBucketResult>",
            "<ListBucketResult><Name>&#xD800;</Name></ListBucketResult>",
            "\u{1}",
        ] {
            assert!(ListPage::parse(text.as_bytes()).unwrap_err().is_retryable(), "{text}");
        }
        assert!(ListPage::parse(b"\xff").is_err());
    }

    /// An object in the form that S3 writes, for the fast path.
    const USUAL: &str = "<Contents><Key>k</Key><LastModified>2026-02-28T23:59:59.000Z</LastModified>\
        <ETag>&quot;fba9dede5f27731c9771645a39863328&quot;</ETag><ChecksumAlgorithm>CRC32</ChecksumAlgorithm>\
        <ChecksumType>FULL_OBJECT</ChecksumType><Size>1</Size><StorageClass>STANDARD</StorageClass></Contents>";

    #[test]
    fn every_prefix_of_a_page_is_an_error() {
        let whole = format!("<ListBucketResult>{}</ListBucketResult>", USUAL.repeat(3));
        assert_eq!(ListPage::parse(whole.as_bytes()).unwrap().contents.len(), 3);
        for end in 0..whole.len() {
            let error = ListPage::parse(&whole.as_bytes()[..end]).unwrap_err();
            assert!(error.is_retryable(), "{end}: {error}");
        }
    }

    #[test]
    fn the_fast_path_and_the_scanner_agree_on_damaged_pages() {
        // A comment in an unusual place.
        let by_name = USUAL.replace("<Contents>", "<Contents><!-- -->");
        let place = |at: usize| at + by_name.len() - USUAL.len();
        let read = |object: String| page_of(&format!("<ListBucketResult>{USUAL}{object}</ListBucketResult>"));
        for at in "<Contents>".len()..USUAL.len() {
            for (damage, removed) in ["", "<", ">", "&", "&amp;", "<!-- -->", "<New/>", " ", "9", "-", "é"]
                .into_iter()
                .flat_map(|damage| (0..10).map(move |removed| (damage, removed.min(USUAL.len() - at))))
            {
                let damaged =
                    |object: &str, at: usize| [&object[..at], damage, &object[at + removed..]].concat();
                let expected = read(damaged(&by_name, place(at)));
                assert_eq!(read(damaged(USUAL, at)), expected, "{damage:?} for {removed} bytes at {at}");
            }
        }
    }

    #[test]
    fn errors_name_the_wrong_root_or_value() {
        let error = ListPage::parse(b"<Other/>").unwrap_err();
        assert!(error.message().contains("<Other>"), "{error}");
        for (name, value) in [("Size", "many"), ("Size", "-1")] {
            let page = format!(
                "<ListBucketResult><Contents><Key>k</Key><{name}>{value}</{name}></Contents></ListBucketResult>"
            );
            let error = ListPage::parse(page.as_bytes()).unwrap_err();
            assert!(error.message().contains(name) && error.message().contains(value), "{error}");
        }
        let error = ListPage::parse(b"<ListBucketResult><IsTruncated>no</IsTruncated></ListBucketResult>");
        assert!(error.unwrap_err().message().contains("<IsTruncated>"));
    }

    #[test]
    fn a_declaration_is_skipped_in_linear_time() {
        let page = "<!DOCTYPE list><ListBucketResult><Contents><Key>a[1]</Key></Contents></ListBucketResult>";
        assert_eq!(ListPage::parse(page.as_bytes()).unwrap().contents[0].key, "a[1]");
        let quoted = "<!DOCTYPE list SYSTEM '><ListBucketResult/>'><ListBucketResult><Name>n</Name></ListBucketResult>";
        assert_eq!(ListPage::parse(quoted.as_bytes()).unwrap().name.as_deref(), Some("n"));
        assert!(ListPage::parse(b"<!DOCTYPE l [<!ENTITY a \"b\">]><ListBucketResult/>").is_err());
        // A scan of the rest for each of them would be quadratic.
        let many = format!("{}<ListBucketResult/>", "<!DOCTYPE x>".repeat(1 << 20));
        assert!(ListPage::parse(many.as_bytes()).is_ok());
    }

    #[test]
    fn depth_is_bounded() {
        let deep = format!("<ListBucketResult>{}", "<A>".repeat(100_000));
        assert!(ListPage::parse(deep.as_bytes()).unwrap_err().message().contains("deeply"));
    }

    fn escaped(text: &str, style: u8) -> String {
        match style % 3 {
            0 => format!("<![CDATA[{}]]>", text.replace("]]>", "")),
            1 => text.chars().map(|c| format!("&#{};", u32::from(c))).collect(),
            _ => text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"),
        }
    }

    /// A leaf element with text in any form that XML allows.
    fn leaf(name: &'static str, text: impl Strategy<Value = String> + 'static) -> BoxedStrategy<String> {
        let leaf = move |(text, style): (String, u8)| match style {
            0..40 => format!("<x:{name} xmlns:x=\"a>b\">{}</x:{name}>", escaped(&text, style)),
            40..50 => format!("<{name}>{}<!-- > --><?pi <?></{name}\n>", escaped(&text, style)),
            50..60 if text.is_empty() => format!("<{name} />"),
            _ => format!("<{name}>{}</{name}>", escaped(&text, style)),
        };
        (text, any::<u8>()).prop_map(leaf).boxed()
    }

    fn time() -> impl Strategy<Value = String> {
        "(19[7-9]|20[0-9])[0-9]-(0[1-9]|1[0-2])-[012][1-8]T[01][0-9]:[0-5][0-9]:[0-5][0-9](\\.[0-9]{3})?(Z|\\+02:00)"
    }

    /// Members in any order and number, with white space, comments and unknown elements between them.
    fn shuffled(members: Vec<BoxedStrategy<String>>) -> impl Strategy<Value = String> {
        let foreign = prop_oneof![
            6 => Just(String::new()),
            1 => Just("\n  ".to_owned()),
            1 => Just("<!-- <Key>no</Key> -->".to_owned()),
            1 => Just("<New a='/>'><Key>no</Key><Size>many</Size><![CDATA[</New>]]></New>".to_owned()),
        ];
        let count = members.len();
        (
            members,
            prop::sample::subsequence((0..count).collect::<Vec<_>>(), 0..=count).prop_shuffle(),
            foreign,
        )
            .prop_map(|(members, order, foreign)| {
                order.into_iter().map(|at| members[at].clone() + &foreign).collect()
            })
    }

    const TEXT: &str = "[ -~ü日&<>%+]{0,12}";
    const KEY: &str = "[ -~ü日&<>%+]{0,12}[a-z]";

    fn any_object() -> impl Strategy<Value = String> {
        let owner = shuffled(vec![leaf("ID", TEXT), leaf("DisplayName", TEXT)]);
        let restore =
            shuffled(vec![leaf("IsRestoreInProgress", "true|false"), leaf("RestoreExpiryDate", time())]);
        let algorithms = prop::collection::vec(leaf("ChecksumAlgorithm", "CRC32|SHA256|NEW_1"), 1..3);
        let others = shuffled(vec![
            prop_oneof![leaf("LastModified", time()), leaf("LastModified", TEXT)].boxed(),
            leaf("ETag", "\"[0-9a-f]{32}(-[0-9]{1,5})?\"|[a-z]{0,50}"),
            algorithms.prop_map(|algorithms| algorithms.concat()).boxed(),
            leaf("ChecksumType", "FULL_OBJECT|COMPOSITE|NEW"),
            leaf("Size", " ?[0-9]{1,19} ?"),
            owner.prop_map(|owner| format!("<Owner>{owner}</Owner>")).boxed(),
            restore.prop_map(|restore| format!("<RestoreStatus>{restore}</RestoreStatus>")).boxed(),
            leaf("StorageClass", "STANDARD|GLACIER|NEW"),
        ]);
        (leaf("Key", KEY), others, any::<bool>()).prop_map(|(key, others, first)| {
            if first {
                format!("<Contents>{key}{others}</Contents>")
            } else {
                format!("<Contents>{others}{key}</Contents>")
            }
        })
    }

    /// An object in the form that S3 writes.
    fn usual_object() -> impl Strategy<Value = String> {
        ("[!-%'-;=-~é]{1,12}", 0..1000_u32, "[0-9a-f]{32}(-[0-9]{1,5})?", 0..3_usize, any::<u64>()).prop_map(
            |(key, millis, etag, algorithms, size)| {
                let algorithms = "<ChecksumAlgorithm>CRC64NVME</ChecksumAlgorithm>".repeat(algorithms);
                format!(
                    "<Contents><Key>{key}</Key><LastModified>2026-02-28T23:59:59.{millis:03}Z</LastModified>\
                     <ETag>&quot;{etag}&quot;</ETag>{algorithms}<ChecksumType>FULL_OBJECT</ChecksumType>\
                     <Size>{size}</Size><StorageClass>STANDARD</StorageClass></Contents>"
                )
            },
        )
    }

    fn elements() -> impl Strategy<Value = String> {
        let element = prop_oneof![
            4 => usual_object(),
            4 => any_object(),
            1 => prop::collection::vec(leaf("Prefix", KEY), 0..3)
                .prop_map(|prefixes| format!("<CommonPrefixes a='1>0'>{}</CommonPrefixes>", prefixes.concat())),
            1 => Just("<New><Contents><Key>inner</Key></Contents></New>".to_owned()),
        ];
        let members = shuffled(vec![
            leaf("EncodingType", "url|new"),
            leaf("IsTruncated", "true|false|True|FALSE|1|0"),
            leaf("KeyCount", "-?[0-9]{0,12}"),
            leaf("MaxKeys", "-?[0-9]{0,12}"),
            leaf("Name", TEXT),
            leaf("NextContinuationToken", TEXT),
            leaf("Prefix", TEXT),
            leaf("StartAfter", TEXT),
            leaf("ContinuationToken", TEXT),
            leaf("Delimiter", TEXT),
        ]);
        (members, prop::collection::vec(element, 0..8), any::<bool>()).prop_map(
            |(members, elements, first)| {
                let elements = elements.concat();
                if first { members + &elements } else { elements + &members }
            },
        )
    }

    proptest! {
        #[test]
        fn the_scanner_reads_what_a_tree_shows(elements in elements()) {
            let document = format!("<ListBucketResult>{elements}</ListBucketResult>");
            let page = ListPage::parse(document.as_bytes()).unwrap();
            prop_assert_eq!(page, by_tree::read(document.as_bytes()).unwrap());
        }

        #[test]
        fn noise_is_never_a_panic(noise in "[<>/!\\[\\]?&;#\"'=:A-Ca \u{feff}-]{0,60}") {
            let _ = ListPage::parse(noise.as_bytes());
            let _ = ListPage::parse(format!("<ListBucketResult>{noise}").as_bytes());
        }

        #[test]
        fn a_page_that_is_cut_off_anywhere_is_an_error(elements in elements(), end: prop::sample::Index) {
            let document = format!("<ListBucketResult>{elements}</ListBucketResult>");
            let end = end.index(document.len());
            prop_assert!(ListPage::parse(&document.as_bytes()[..end]).unwrap_err().is_retryable());
        }
    }
}
