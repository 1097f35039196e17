//! Archived objects: reading, restoring, and the restore status in lists.

use windlass::ErrorKind;
use windlass::testing::{self, MockTransport};
use windlass::types::{CopySource, OptionalObjectAttributes, StorageClass, Tier};

use crate::server::start;

#[tokio::test]
async fn reading_an_archived_object_is_an_error_with_a_hint() {
    let transport = MockTransport::new();
    transport.response(
        403,
        "<Error><Code>InvalidObjectState</Code><Message>m</Message><StorageClass>GLACIER</StorageClass></Error>",
    );
    let error = testing::client(&transport).get_object("films", "1998.mp4").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidObjectState);
    assert!(!error.is_access_denied() && !error.is_retryable());
    assert!(error.suggestion().unwrap().contains("restore"), "{:?}", error.suggestion());
    assert_eq!(transport.requests().len(), 1);
}

#[tokio::test]
async fn lists_return_the_restore_status_on_request() {
    let transport = MockTransport::new();
    transport.response(
        200,
        "<ListBucketResult><Contents><Key>k</Key><StorageClass>GLACIER</StorageClass><RestoreStatus>\
         <IsRestoreInProgress>false</IsRestoreInProgress><RestoreExpiryDate>2012-12-21T00:00:00.000Z\
         </RestoreExpiryDate></RestoreStatus></Contents><Contents><Key>l</Key></Contents></ListBucketResult>",
    );
    let request = testing::client(&transport)
        .list_objects_v2("films")
        .optional_object_attributes([OptionalObjectAttributes::RestoreStatus]);
    let page = request.await.unwrap();
    let status = page.contents[0].restore_status.as_deref().unwrap();
    assert_eq!(page.contents[0].storage_class, Some(StorageClass::Glacier));
    assert_eq!(status.is_restore_in_progress, Some(false));
    assert!(status.restore_expiry_date.is_some());
    assert!(page.contents[1].restore_status.is_none());
    assert_eq!(transport.requests()[0].header("x-amz-optional-object-attributes"), "RestoreStatus");
}

#[tokio::test]
async fn a_restore_request_has_days_and_tier() {
    let transport = MockTransport::new();
    transport
        .response(202, "")
        .response(200, "")
        .response(409, "<Error><Code>RestoreAlreadyInProgress</Code><Message>m</Message></Error>");
    let client = testing::client(&transport);
    let begun = client.restore_object("films", "k").days(7).tier(Tier::Bulk).version_id("v").await.unwrap();
    assert!(!begun.was_restored());
    assert!(client.restore_object("films", "k").await.unwrap().was_restored());
    let error = client.restore_object("films", "k").days(1).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidObjectState);
    let request = &transport.requests()[0];
    assert_eq!(request.method, "POST");
    assert!(request.url.ends_with("/k?restore=&versionId=v"), "{}", request.url);
    let body = String::from_utf8(request.body.to_vec()).unwrap();
    let inside =
        "<Days>7</Days><GlacierJobParameters><Tier>Bulk</Tier></GlacierJobParameters></RestoreRequest>";
    assert!(body.ends_with(inside), "{body}");
}

#[tokio::test]
async fn a_restored_object_is_readable() {
    let (_server, client) = start().await;
    client.put_object("photos", "k", "old").storage_class(StorageClass::Glacier).await.unwrap();
    let error = client.get_object("photos", "k").await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::InvalidObjectState, Some(403)));
    let copy = client.copy_object(CopySource::new("photos", "k"), "photos", "l").await.unwrap_err();
    assert_eq!(copy.kind(), ErrorKind::InvalidObjectState);
    client.put_object("photos", "instant", "x").storage_class(StorageClass::GlacierIr).await.unwrap();
    client.get_object("photos", "instant").await.unwrap();

    client.restore_object("photos", "k").days(1).tier(Tier::Expedited).await.unwrap();
    assert_eq!(client.get_object_string("photos", "k").await.unwrap(), "old");
    let list = client
        .list_objects_v2("photos")
        .optional_object_attributes([OptionalObjectAttributes::RestoreStatus])
        .await
        .unwrap();
    let restored = list.contents.iter().find(|object| object.key == "k").unwrap();
    assert_eq!(restored.restore_status.as_deref().unwrap().is_restore_in_progress, Some(false));
    assert!(client.head_object("photos", "k").await.unwrap().restore.unwrap().contains("expiry-date"));
}
