//! Errors and panics of body streams reach the caller.

use std::io;

use bytes::Bytes;
use futures_util::stream;
use windlass::testing::{self, MockTransport};
use windlass::{Body, Error, ErrorKind};

const MIB: u64 = 1 << 20;

/// Returns a stream that yields one chunk and then panics.
fn panics(message: Option<String>) -> impl stream::Stream<Item = io::Result<Bytes>> + Send + 'static {
    let mut given = false;
    stream::poll_fn(move |_| {
        if !std::mem::replace(&mut given, true) {
            return std::task::Poll::Ready(Some(Ok(Bytes::from_static(b"piece"))));
        }
        match &message {
            Some(message) => panic!("{message}"),
            None => std::panic::panic_any(7),
        }
    })
}

fn told(error: &Error, message: &str) {
    assert_eq!(error.kind(), ErrorKind::LocalFile, "{error}");
    assert!(error.to_string().contains(message), "{error}");
    assert!(!error.is_retryable());
}

#[tokio::test]
async fn a_panic_in_a_body_is_an_error_with_its_message() {
    let transport = MockTransport::new();
    let client = testing::client(&transport);
    let kaboom = || panics(Some("kaboom 7".to_owned()));
    for body in [
        Body::from_stream(kaboom()).with_length(9),
        Body::replayable(9, move || async move { Ok(kaboom()) }),
        Body::replayable_sections(9, move |_| async move { Ok(kaboom()) }),
        Body::replayable(9, || -> std::future::Ready<io::Result<stream::Empty<_>>> {
            panic!("kaboom {}", 7)
        }),
        Body::replayable(9, || async {
            "x".parse::<u8>().expect("kaboom 7");
            Ok(stream::empty())
        }),
    ] {
        let error = client.put_object("photos", "k", body).await.unwrap_err();
        told(&error, "the body panicked: kaboom 7");
    }
    let body = Body::from_stream(panics(None)).with_length(9);
    told(&client.put_object("photos", "k", body).await.unwrap_err(), "the body panicked: no message");
}

#[tokio::test]
async fn a_panic_in_a_part_is_an_error_with_its_message() {
    let client = || {
        let transport = MockTransport::new();
        let created = "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>";
        transport.response(200, created);
        testing::client_builder(&transport).endpoint("https://s3.example.com").build().unwrap()
    };
    let message = || panics(Some("kaboom".to_owned()));
    let sections = Body::replayable_sections(12 * MIB, move |_| async move { Ok(message()) });
    let error = client().upload("photos", "k", sections).part_size(5 * MIB).await.unwrap_err();
    told(&error, "the body panicked: kaboom");
    let once = Body::from_stream(message());
    told(&client().upload("photos", "k", once).part_size(5 * MIB).await.unwrap_err(), "kaboom");
}

#[tokio::test]
async fn a_body_that_fails_before_the_upload_starts_names_the_object() {
    let client = testing::client(&MockTransport::new());
    let failing = || stream::iter([Err::<Bytes, _>(io::Error::other("gone"))]);
    for body in [Body::from_stream(failing()), Body::from_stream(failing()).with_length(64 * MIB)] {
        let error = client.upload("photos", "k", body).await.unwrap_err();
        assert_eq!((error.bucket(), error.key()), (Some("photos"), Some("k")), "{error}");
    }
}
