//! Trusted and untrusted certificates.

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
        HttpClient::new(HttpClientSettings { ca_bundle, resolver, ..HttpClientSettings::default() }).unwrap()
    };
    let server = async {
        let mut peer = Peer::new(acceptor.accept(listener.accept().await.unwrap().0).await.unwrap());
        assert_eq!(peer.stream.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
        for _ in 0..2 {
            peer.request().await;
            peer.say(HELLO).await;
        }
        assert!(acceptor.accept(listener.accept().await.unwrap().0).await.is_err());
        // Without a handshake it is a broken connection and not a TLS failure.
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
fn an_invalid_bundle_is_an_error_at_once() {
    for bundle in
        [&b""[..], b"no certificate", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
    {
        let settings =
            HttpClientSettings { ca_bundle: Some(bundle.to_vec()), ..HttpClientSettings::default() };
        let error = HttpClient::new(settings).unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::InvalidSetting);
        assert!(error.message().contains("certificate bundle"), "{error}");
    }
}

/// A self-signed server certificate as `openssl req -x509` creates it: a CA certificate.
fn self_signed(host: &str, year: i32) -> (Vec<u8>, TlsAcceptor) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new([host.to_owned()]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.not_before = rcgen::date_time_ymd(2000, 1, 1);
    params.not_after = rcgen::date_time_ymd(year, 1, 1);
    let certificate = params.self_signed(&key).unwrap();
    (certificate.pem().into_bytes(), acceptor(certificate.der().clone(), &key))
}

#[tokio::test]
async fn a_self_signed_certificate_in_the_bundle_is_accepted() {
    let listener = listen("127.0.0.1").await.0;
    let port = listener.local_addr().unwrap().port();
    let origin = |host| Origin { secure: true, authority: format!("{host}:{port}").into() };
    let (good, expired) = (self_signed("server.localhost", 4000), self_signed("server.localhost", 2020));
    let other = self_signed("server.localhost", 4000);
    let transport = |bundle: &[&[u8]]| {
        let ca_bundle = Some(bundle.concat());
        HttpClient::new(HttpClientSettings { ca_bundle, ..HttpClientSettings::default() }).unwrap()
    };
    let server = async {
        let mut peer = Peer::new(good.1.accept(listener.accept().await.unwrap().0).await.unwrap());
        peer.request().await;
        peer.say(HELLO).await;
        for acceptor in [&good.1, &good.1, &expired.1] {
            assert!(acceptor.accept(listener.accept().await.unwrap().0).await.is_err());
        }
    };
    let client = async {
        let trusting = transport(&[&other.0, &good.0]);
        assert_eq!(text(trusting.send(get(&origin("server.localhost"))).await.unwrap()).await, "hello");
        for (bundle, host, why) in [
            (&other.0, "server.localhost", "not itself in the bundle"),
            (&good.0, "other.localhost", "NotValidForName"),
            (&expired.0, "server.localhost", "Expired"),
        ] {
            let error = transport(&[bundle]).send(get(&origin(host))).await.unwrap_err();
            assert_eq!(error.kind(), TransportErrorKind::Tls, "{}", chain(&error));
            assert!(format!("{error:?}").contains(why), "{error:?}");
        }
    };
    tokio::join!(server, client);
}

#[tokio::test]
async fn any_certificate_is_accepted_only_on_demand() {
    let listener = listen("127.0.0.1").await.0;
    let origin = Origin { secure: true, authority: listener.local_addr().unwrap().to_string().into() };
    let (_, acceptor) = self_signed("elsewhere.test", 2020);
    let server = async {
        let mut peer = Peer::new(acceptor.accept(listener.accept().await.unwrap().0).await.unwrap());
        peer.request().await;
        peer.say(HELLO).await;
    };
    let client = async {
        let settings = HttpClientSettings { accepts_any_certificate: true, ..HttpClientSettings::default() };
        let transport = HttpClient::new(settings).unwrap();
        assert_eq!(text(transport.send(get(&origin)).await.unwrap()).await, "hello");
    };
    tokio::join!(server, client);
}

#[tokio::test]
async fn names_of_this_machine_are_never_looked_up() {
    let (listener, origin) = listen("127.0.0.1").await;
    let port = origin.port();
    let transport =
        HttpClient::new(HttpClientSettings { resolver: Arc::new(Unknown), ..HttpClientSettings::default() })
            .unwrap();
    let hosts = ["localhost", "LOCALHOST.", "bucket.s3.localhost", "127.1", "0x7f.0.0.1"];
    let server = async {
        for _ in hosts {
            greeted(&listener).await.wait_for_end().await;
        }
    };
    let client = async {
        for host in hosts {
            let origin = Origin { secure: false, authority: format!("{host}:{port}").into() };
            let request = get_afresh(&origin);
            let response = transport.send(request).await.unwrap();
            assert!(!response.headers.is_empty(), "{host}");
        }
        let origin = Origin { secure: false, authority: format!("localhost.test:{port}").into() };
        assert_eq!(transport.send(get(&origin)).await.unwrap_err().kind(), TransportErrorKind::Dns);
    };
    tokio::join!(server, client);
}
