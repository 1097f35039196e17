//! Every kind of member, on shapes that exist only in these tests.

#![expect(dead_code, unreachable_pub, reason = "shapes are public, with a setter for every member")]

use std::time::SystemTime;

use http::{HeaderMap, StatusCode};
use proptest::prelude::*;

use super::{Document, Shape, Source, shape};
use crate::protocol::xml::{Element, XmlWriter};
use crate::protocol::{Draft, Integrity, Response, Target};
use crate::types::{StorageClass, Tag};
use crate::{ErrorKind, Result};

shape! {
    /// A document with one member of each kind.
    struct Everything = "Everything" {
        /// Text.
        id (with_id): Option<String> = "ID",
        /// A list that needs an item.
        rules (with_rules): Vec<Rule> = required "Rule",
        /// A list inside of an element.
        tags (with_tags): Vec<Tag> = "TagSet" / "Tag",
        /// A header.
        class (with_class): Option<StorageClass> = header "x-amz-storage-class",
        /// A truth value.
        enabled (with_enabled): Option<bool> = "Enabled",
    }
}

shape! {
    /// A nested shape.
    struct Rule {
        /// A value that is always there.
        days (with_days): u32 = "Days",
        /// An instant.
        date (with_date): Option<SystemTime> = "Date",
        /// One of several.
        filter (with_filter): Option<Filter> = "Filter",
        /// Words.
        methods (with_methods): Vec<String> = "Method",
        /// No required member.
        options (with_options): Option<Options> = "Options",
    }
}

shape! {
    /// A shape without a required member.
    struct Options {
        /// A large number.
        size (with_size): Option<u64> = "Size",
    }
}

shape! {
    /// A choice.
    choice Filter {
        /// None.
        All,
        /// Text.
        Prefix(String) = "Prefix",
        /// A number.
        Size(u64) = "Size",
        /// A shape.
        Tag(Tag) = "Tag",
    }
}

fn response(headers: HeaderMap, body: &str) -> Response {
    Response::buffered(StatusCode::OK, headers, body.to_owned().into())
}

fn read(body: &str) -> Result<Everything> {
    Document::read(&response(HeaderMap::new(), body))
}

fn written(shape: &Everything) -> String {
    let mut xml = XmlWriter::new("Everything");
    Shape::write(shape, &mut xml);
    let text = String::from_utf8(xml.finish().to_vec()).unwrap();
    text.replace(" xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"", "")
}

#[test]
fn members_are_written_in_the_order_of_their_declaration() {
    let rule = Rule::new(30)
        .with_options(Options::new().with_size(1 << 40))
        .with_methods(["GET", "PUT"])
        .with_filter(Filter::Tag(Tag::new("k", "v")))
        .with_date(SystemTime::UNIX_EPOCH);
    let everything = Everything::new([rule]).with_enabled(false).with_tags([("a", "<b>")]).with_id("");
    assert_eq!(
        written(&everything),
        "<Everything><ID></ID><Rule><Days>30</Days><Date>1970-01-01T00:00:00Z</Date>\
         <Filter><Tag><Key>k</Key><Value>v</Value></Tag></Filter><Method>GET</Method><Method>PUT</Method>\
         <Options><Size>1099511627776</Size></Options></Rule>\
         <TagSet><Tag><Key>a</Key><Value>&lt;b&gt;</Value></Tag></TagSet><Enabled>false</Enabled></Everything>"
    );
}

#[test]
fn unknown_and_empty_elements_are_ignored() {
    let found = read(
        "<Everything><New><ID>no</ID></New><Enabled> </Enabled><ID/>\
         <Rule><Days>\n 3 </Days><New/><Date/><Method/></Rule></Everything>",
    );
    assert_eq!(found.unwrap(), Everything::new([Rule::new(3).with_methods([""])]).with_id(""));
}

#[test]
fn errors_name_the_element() {
    let check = |inner: &str, expected: &str| {
        let error = read(&format!("<Everything>{inner}</Everything>")).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{inner}");
        assert_eq!(error.message(), expected, "{inner}");
    };
    check("<Rule/>", "<Rule> lacks <Days>");
    check("<Rule><Days/></Rule>", "<Rule> lacks <Days>");
    check("<Rule><Days>-1</Days></Rule>", "<Days> of <Rule> is \"-1\"");
    check("<Rule><Days>1</Days><Date>soon</Date></Rule>", "<Date> of <Rule> is \"soon\"");
    check("<Enabled>maybe</Enabled>", "<Enabled> of <Everything> is \"maybe\"");
    check("<Rule><Days>1</Days><Options><Size>x</Size></Options></Rule>", "<Size> of <Options> is \"x\"");
    check(
        "<Rule><Days>1</Days><Filter><Prefix>a</Prefix><Size>1</Size></Filter></Rule>",
        "<Filter> contains <Prefix> and <Size>, but allows only one member",
    );
    check("<TagSet><Tag><Value>v</Value></Tag></TagSet>", "<Tag> lacks <Key>");
    assert!(read("<Other/>").unwrap_err().message().contains("<Everything>"));
}

#[test]
fn an_unknown_choice_is_read_but_not_written() {
    let text = "<Everything><Rule><Days>1</Days><Filter><New>1</New></Filter></Rule></Everything>";
    let found = read(text).unwrap();
    assert_eq!(found.rules[0].filter, Some(Filter::Other("New".into())));
    let error = Shape::check(&found, "Everything").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert!(error.message().contains("<Filter> contains <New>"), "{error}");
}

#[test]
fn an_empty_required_list_is_an_error() {
    let error = Shape::check(&Everything::new(Vec::<Rule>::new()), "Everything").unwrap_err();
    assert_eq!(error.message(), "<Everything> needs at least one <Rule>");
}

#[test]
fn a_header_member_is_sent_in_a_header() {
    let everything = Everything::new([Rule::new(1)]).with_class("GLACIER");
    let mut draft = Draft::put(Target::Bucket("photos"));
    Document::write(&everything, &mut draft, Integrity::None);
    assert_eq!(draft.headers["x-amz-storage-class"], "GLACIER");
    assert!(!written(&everything).contains("GLACIER"));
    let back: Everything = Document::read(&response(draft.headers, &written(&everything))).unwrap();
    assert_eq!(back, everything);
}

proptest! {
    #[test]
    fn written_shapes_round_trip(numbers in prop::collection::vec(any::<u32>(), 0..100)) {
        let mut everything = Everything::sample(&mut Source::new(numbers));
        everything.class = None;
        let element = Element::parse(written(&everything).as_bytes()).unwrap();
        prop_assert_eq!(<Everything as Shape>::read(&element).unwrap(), everything);
    }
}
