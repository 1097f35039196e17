//! Certificates that are trusted, and those that are not.

use super::*;

#[tokio::test]
async fn tls_trusts_the_bundle_and_nothing_else() {
    let (ours, theirs) = (Authority::new("ours"), Authority::new("theirs"));
    let listener = listen("127.0.0.1").await.0;
    let origin = Origin { secure: true, authority: "bucket.test".into() };
    let acceptor = ours.acceptor("bucket.test");
    let transport = |authority: &Authority| {
        let resolver = Arc::new(Known(vec![listener.local_addr().unwrap()]));
        let ca_bundle = Some(authority.pem());
        HyperTransport::new(TransportSettings { ca_bundle, resolver, ..TransportSettings::default() })
            .unwrap()
    };
    let server = async {
        let mut peer = Peer::new(acceptor.accept(listener.accept().await.unwrap().0).await.unwrap());
        assert_eq!(peer.stream.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
        for _ in 0..2 {
            peer.request().await;
            peer.say(HELLO).await;
        }
        assert!(acceptor.accept(listener.accept().await.unwrap().0).await.is_err());
        // No handshake at all: a connection that broke, not a refusal.
        drop(listener.accept().await.unwrap());
    };
    let client = async {
        let trusting = transport(&ours);
        for _ in 0..2 {
            assert_eq!(text(trusting.send(get(&origin)).await.unwrap()).await, "hello");
        }
        let refused = transport(&theirs).send(get(&origin)).await.unwrap_err();
        assert_eq!(refused.kind(), TransportErrorKind::Tls);
        assert!(chain(&refused).contains("UnknownIssuer"), "{}", chain(&refused));
        let broken = transport(&ours).send(get(&origin)).await.unwrap_err();
        assert_eq!(broken.kind(), TransportErrorKind::Connect);
    };
    tokio::join!(server, client);
}

#[test]
fn a_bundle_that_cannot_be_used_is_refused_at_once() {
    for bundle in
        [&b""[..], b"no certificate", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
    {
        let settings = TransportSettings { ca_bundle: Some(bundle.to_vec()), ..TransportSettings::default() };
        let error = HyperTransport::new(settings).unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::InvalidSetting);
        assert!(error.message().contains("certificate bundle"), "{error}");
    }
}
