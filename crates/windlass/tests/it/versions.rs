//! Object versions and object attributes.

use windlass::ErrorKind;
use windlass::operations::{ObjectIdentifier, VersionEntry};
use windlass::testing::{self, MockTransport};
use windlass::types::{
    BucketVersioningStatus, ChecksumAlgorithm, ChecksumType, CustomerKey, MfaDelete, ObjectAttributes,
    OptionalObjectAttributes, StorageClass,
};

use crate::server::start;

fn versions(inside: &str) -> String {
    format!("<ListVersionsResult>{inside}</ListVersionsResult>")
}

#[tokio::test]
async fn versions_and_delete_markers_keep_the_order_of_the_list() {
    let transport = MockTransport::new();
    transport
        .response(
            200,
            versions(
                "<EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>\
                 <NextKeyMarker>a+b%2B</NextKeyMarker><NextVersionIdMarker>v/2</NextVersionIdMarker>\
                 <DeleteMarker><Key>a+b%2B</Key><VersionId>v3</VersionId><IsLatest>true</IsLatest><Owner>\
                 <ID>1</ID></Owner><LastModified>2009-10-12T17:50:30.000Z</LastModified></DeleteMarker>\
                 <Version><Key>a+b%2B</Key><VersionId>v/2</VersionId><IsLatest>false</IsLatest><Size>5</Size>\
                 <Owner><ID>1</ID></Owner><ETag>&quot;e&quot;</ETag><StorageClass>GLACIER</StorageClass>\
                 <ChecksumType>FULL_OBJECT</ChecksumType><LastModified>2009-10-12T17:50:29.000Z</LastModified>\
                 <ChecksumAlgorithm>CRC32</ChecksumAlgorithm><RestoreStatus>\
                 <IsRestoreInProgress>true</IsRestoreInProgress></RestoreStatus></Version>\
                 <CommonPrefixes><Prefix>x+y/</Prefix></CommonPrefixes>",
            ),
        )
        .response(200, versions("<Version><Key>a+b%2B</Key><VersionId>null</VersionId></Version>"))
        .response(200, "<DeleteResult/>");
    let client = testing::client(&transport);
    let request = client
        .list_object_versions("photos")
        .delimiter("/")
        .optional_object_attributes([OptionalObjectAttributes::RestoreStatus]);
    let mut pages = request.pages();
    let first = pages.try_next().await.unwrap().unwrap();
    assert_eq!(first.common_prefixes, ["x y/"]);
    let [VersionEntry::DeleteMarker(marker), VersionEntry::Version(version)] = &first.entries[..] else {
        panic!("{:?}", first.entries)
    };
    assert_eq!((marker.key.as_str(), marker.is_latest), ("a b+", Some(true)));
    assert_eq!((version.size, version.is_latest), (Some(5), Some(false)));
    assert_eq!((*version.checksum_algorithms).first(), Some(&ChecksumAlgorithm::Crc32));
    assert_eq!(version.checksum_type, Some(ChecksumType::FullObject));
    assert_eq!(version.etag.as_ref().unwrap().value(), "e");
    assert_eq!(version.storage_class, Some(StorageClass::Glacier));
    assert!(version.last_modified.unwrap() < marker.last_modified.unwrap());
    assert_eq!(version.owner.as_ref().unwrap().id.as_deref(), Some("1"));
    assert_eq!(version.owner, marker.owner);
    assert_eq!(version.restore_status.as_ref().unwrap().is_restore_in_progress, Some(true));
    let second = pages.try_next().await.unwrap().unwrap();
    assert_eq!(second.entries[0].key(), "a+b%2B", "no encoding was echoed");
    assert!(pages.try_next().await.unwrap().is_none());

    let objects: Vec<ObjectIdentifier> = first.entries.into_iter().map(Into::into).collect();
    client.delete_objects("photos", objects).await.unwrap();
    let [one, two, delete] = &transport.requests()[..] else { panic!("expected three requests") };
    assert!(one.url.ends_with("/?delimiter=%2F&encoding-type=url&versions="), "{}", one.url);
    assert_eq!(one.header("x-amz-optional-object-attributes"), "RestoreStatus");
    assert!(two.url.contains("key-marker=a%20b%2B&version-id-marker=v%2F2&versions="), "{}", two.url);
    let list = String::from_utf8(delete.body.to_vec()).unwrap();
    assert!(list.contains("<Key>a b+</Key><VersionId>v/2</VersionId>"), "{list}");
}

#[tokio::test]
async fn versions_of_one_key_are_not_an_endless_list_and_a_real_one_is_an_error() {
    let page = |version: &str| {
        versions(&format!(
            "<IsTruncated>true</IsTruncated><NextKeyMarker>k</NextKeyMarker>\
             <NextVersionIdMarker>{version}</NextVersionIdMarker>\
             <Version><Key>k</Key><VersionId>{version}</VersionId></Version>"
        ))
    };
    let transport = MockTransport::new();
    transport.response(200, page("3")).response(200, page("2")).response(200, page("1")).repeat_last();
    let mut items = testing::client(&transport).list_object_versions("photos").items();
    let mut found = Vec::new();
    let error = loop {
        match items.try_next().await {
            Ok(entry) => found.push(entry.unwrap().version_id().unwrap().to_owned()),
            Err(error) => break error,
        }
    };
    assert_eq!(found[..3], ["3", "2", "1"]);
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);
    assert!(error.message().contains("never end"), "{error}");
}

#[tokio::test]
async fn a_version_without_a_key_is_an_error() {
    for entry in
        ["<Version><VersionId>1</VersionId></Version>", "<DeleteMarker/>", "<Version><Key/></Version>"]
    {
        let transport = MockTransport::new();
        transport.response(200, versions(entry));
        let error = testing::client(&transport).list_object_versions("photos").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{error}");
        assert!(error.message().contains("<Key>"), "{error}");
    }
}

#[tokio::test]
async fn a_truncated_list_of_versions_is_retried() {
    let whole = versions("<Version><Key>a</Key></Version><Version><Key>b</Key></Version>");
    for end in 0..whole.len() {
        let transport = MockTransport::new();
        transport.response(200, whole[..end].to_owned()).response(200, whole.clone());
        let page = testing::client(&transport).list_object_versions("photos").await.unwrap();
        assert_eq!(page.entries.len(), 2, "{end}");
        assert_eq!(transport.requests().len(), 2, "{end}");
    }
}

#[tokio::test]
async fn versioning_of_a_bucket_is_enabled() {
    let transport = MockTransport::new();
    transport
        .response(200, "")
        .response(200, "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>")
        .response(200, "<VersioningConfiguration/>");
    let client = testing::client(&transport);
    let request = client.put_bucket_versioning("photos", BucketVersioningStatus::Enabled);
    request.mfa_delete(MfaDelete::Disabled).mfa("serial 123456").await.unwrap();
    let set = client.get_bucket_versioning("photos").await.unwrap();
    assert_eq!(set.status, Some(BucketVersioningStatus::Enabled));
    let never = client.get_bucket_versioning("photos").await.unwrap();
    assert_eq!((never.status, never.mfa_delete), (None, None));
    let put = &transport.requests()[0];
    assert!(put.url.ends_with("/?versioning="), "{}", put.url);
    assert_eq!(put.header("x-amz-mfa"), "serial 123456");
    assert!(!put.header("x-amz-checksum-crc64nvme").is_empty());
    let body = String::from_utf8(put.body.to_vec()).unwrap();
    assert!(body.contains("<MfaDelete>Disabled</MfaDelete><Status>Enabled</Status>"), "{body}");
}

#[tokio::test]
async fn attributes_contain_checksums_and_all_parts() {
    let parts = |number: u32, more: &str| {
        format!(
            "<GetObjectAttributesResponse><ETag>e-2</ETag><Checksum><ChecksumSHA256>s-2</ChecksumSHA256>\
             <ChecksumType>COMPOSITE</ChecksumType></Checksum><ObjectParts><PartsCount>2</PartsCount>{more}\
             <Part><PartNumber>{number}</PartNumber><Size>5</Size><ChecksumSHA256>p</ChecksumSHA256></Part>\
             </ObjectParts><StorageClass>STANDARD</StorageClass><ObjectSize>10</ObjectSize>\
             </GetObjectAttributesResponse>"
        )
    };
    let more = "<IsTruncated>true</IsTruncated><NextPartNumberMarker>1</NextPartNumberMarker>";
    let transport = MockTransport::new();
    let headers = [("last-modified", "Mon, 12 Oct 2009 17:50:30 GMT"), ("x-amz-version-id", "v")];
    transport.reply_with(200, &headers, parts(1, more)).response(200, parts(2, ""));
    let client = testing::client(&transport);
    let wanted = [ObjectAttributes::Checksum, ObjectAttributes::ObjectParts];
    let request = client
        .get_object_attributes("photos", "k", wanted)
        .max_parts(1)
        .customer_key(CustomerKey::aes256(&[7; 32]).unwrap())
        .version_id("v");
    let mut pages = request.pages();
    let page = pages.try_next().await.unwrap().unwrap();
    assert_eq!(page.checksums.get(&ChecksumAlgorithm::Sha256), Some("s-2"));
    assert_eq!(page.checksums.checksum_type, Some(ChecksumType::Composite));
    assert_eq!((page.object_size, page.version_id.as_deref()), (Some(10), Some("v")));
    assert!(page.last_modified.is_some());
    assert_eq!(page.etag.unwrap(), "\"e-2\"".into());
    let parts = page.object_parts.unwrap();
    assert_eq!((parts.total_parts_count, parts.parts[0].size), (Some(2), Some(5)));
    let page = pages.try_next().await.unwrap().unwrap();
    assert_eq!(page.object_parts.unwrap().parts[0].part_number, 2);
    assert!(pages.try_next().await.unwrap().is_none());

    let requests = transport.requests();
    assert!(requests[0].url.ends_with("/k?attributes=&versionId=v"), "{}", requests[0].url);
    assert_eq!(requests[0].header("x-amz-object-attributes"), "Checksum,ObjectParts");
    assert_eq!(requests[0].header("x-amz-max-parts"), "1");
    assert_eq!(requests[0].header("x-amz-part-number-marker"), "");
    assert_eq!(requests[1].header("x-amz-part-number-marker"), "1");
    assert!(!requests[1].header("x-amz-server-side-encryption-customer-key").is_empty());
    let error = client.get_object_attributes("photos", "k", []).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
}

#[tokio::test]
async fn versions_are_stored_read_listed_and_deleted_permanently() {
    let (_server, client) = start().await;
    client.put_object("photos", "a b+", "first").await.unwrap();
    client.put_bucket_versioning("photos", BucketVersioningStatus::Enabled).await.unwrap();
    let second = client.put_object("photos", "a b+", "second").await.unwrap().version_id.unwrap();
    client.put_object_tagging("photos", "a b+", [("of", "second")]).version_id(&second).await.unwrap();
    let marker = client.delete_object("photos", "a b+").await.unwrap();
    assert_eq!(marker.delete_marker, Some(true));
    client.put_object("photos", "other", "x").await.unwrap();

    let mut listed = client.list_object_versions("photos").max_keys(1).items();
    let mut found = Vec::new();
    while let Some(entry) = listed.try_next().await.unwrap() {
        let id = entry.version_id().map(str::to_owned);
        found.push((
            entry.key().to_owned(),
            id,
            matches!(entry, VersionEntry::DeleteMarker(_)),
            entry.is_latest(),
        ));
    }
    let [hidden, newer, older, other] = &found[..] else { panic!("{found:?}") };
    assert_eq!((hidden.0.as_str(), hidden.2, hidden.3), ("a b+", true, true));
    assert_eq!(hidden.1, marker.version_id);
    assert_eq!((newer.1.as_deref(), newer.2, newer.3), (Some(second.as_str()), false, false));
    assert_eq!((older.1.as_deref(), older.2), (Some("null"), false), "from before versioning was enabled");
    assert_eq!((other.0.as_str(), other.3), ("other", true));

    let read = client.get_object("photos", "a b+").version_id("null").await.unwrap();
    assert_eq!(read.body.text().await.unwrap(), "first");
    let tags = client.get_object_tagging("photos", "a b+").version_id(&second).await.unwrap().tags;
    assert_eq!(tags[0].value, "second");
    let error = client.get_object("photos", "a b+").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ObjectNotFound);

    let outcome = client.list_object_versions("photos").max_keys(2).delete_all().await.unwrap();
    assert_eq!((outcome.deleted, outcome.errors.len()), (4, 0));
    assert!(client.list_object_versions("photos").await.unwrap().entries.is_empty());
    client.delete_bucket("photos").await.unwrap();
}
