//! Conditional deletion of the source of a move.

use windlass::config::ServiceProfile;
use windlass::testing::{self, MockTransport};
use windlass::transfer::{CopiedObject, SourceDeletion};
use windlass::types::ETag;
use windlass::{Client, Result};

async fn delete(client: &Client, length: Option<u64>) -> Result<SourceDeletion> {
    let copied = CopiedObject::new(ETag::new("\"e\""));
    let copied = length.into_iter().fold(copied, CopiedObject::with_length);
    let look = client.head_object("photos", "k");
    client.delete_object("photos", "k").if_copied(look, &copied).await
}

fn methods(transport: &MockTransport) -> Vec<String> {
    transport.requests().into_iter().map(|request| request.method).collect()
}

#[tokio::test]
async fn a_deletion_is_conditional_if_the_service_honors_conditions() {
    let transport = MockTransport::new();
    transport.response(204, "");
    let client = testing::client(&transport);
    assert_eq!(delete(&client, Some(3)).await.unwrap(), SourceDeletion::Done);
    assert_eq!(
        (methods(&transport), transport.requests()[0].header("if-match")),
        (vec!["DELETE".into()], "\"e\"")
    );
}

#[tokio::test]
async fn an_object_that_differs_from_the_copied_one_is_kept() {
    for (etag, length, expected) in [
        ("\"e\"", "3", SourceDeletion::Done),
        ("\"f\"", "3", SourceDeletion::Changed),
        ("\"e\"", "4", SourceDeletion::Incomplete { length: 4 }),
    ] {
        for refused in [false, true] {
            let transport = MockTransport::new();
            let mut builder = testing::client_builder(&transport);
            if refused {
                transport.response(501, "<Error><Code>NotImplemented</Code></Error>");
            } else {
                builder = builder.service_profile(ServiceProfile::named("ceph").unwrap());
            }
            transport.reply_with(200, &[("etag", etag), ("content-length", length)], "");
            transport.response(204, "").repeat_last();
            let end = delete(&builder.build().unwrap(), Some(3)).await.unwrap();
            let is_deleted = methods(&transport).last().is_some_and(|method| method == "DELETE");
            assert_eq!(
                (end, is_deleted),
                (expected, expected == SourceDeletion::Done),
                "{etag} {length} {refused}"
            );
        }
    }
}

#[tokio::test]
async fn a_missing_object_counts_as_deleted() {
    let transport = MockTransport::new();
    transport.response(404, "<Error><Code>NoSuchKey</Code></Error>");
    assert_eq!(delete(&testing::client(&transport), None).await.unwrap(), SourceDeletion::Done);
}
