//! Tunnels and forwards.

use super::*;

#[tokio::test]
async fn a_proxy_tunnels_https() {
    let ours = Authority::new("ours");
    let (listener, proxy) = listen("127.0.0.1").await;
    let transport = HyperTransport::new(TransportSettings {
        ca_bundle: Some(ours.pem()),
        proxy: ProxySettings {
            https: Some(format!("http://us%65r:secret@{}", proxy.authority)),
            ..ProxySettings::default()
        },
        // Names behind a proxy are the proxy's to resolve.
        resolver: Arc::new(Unknown),
        ..TransportSettings::default()
    })
    .unwrap();
    let origin = Origin { secure: true, authority: "bucket.test".into() };
    let acceptor = ours.acceptor("bucket.test");
    let server = async {
        let mut peer = accept(&listener).await;
        assert_eq!(
            peer.head().await,
            "CONNECT bucket.test:443 HTTP/1.1\r\nhost: bucket.test:443\r\n\
             proxy-authorization: Basic dXNlcjpzZWNyZXQ=\r\n\r\n"
        );
        peer.say("HTTP/1.1 200 Connection established\r\n").await;
        peer.say("via: test\r\n\r\n").await;
        let mut inner = Peer::new(acceptor.accept(peer.stream).await.unwrap());
        assert_eq!(inner.request().await, "GET / HTTP/1.1\r\nhost: bucket.test\r\n\r\n");
        inner.say(HELLO).await;
        for answer in ["HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", ""] {
            let mut peer = accept(&listener).await;
            peer.head().await;
            peer.say(answer).await;
        }
    };
    let client = async {
        assert_eq!(text(transport.send(get(&origin)).await.unwrap()).await, "hello");
        let send = async || {
            transport.send(HttpRequest { fresh_connection: true, ..get(&origin) }).await.unwrap_err()
        };
        let refused = send().await;
        assert_eq!(refused.kind(), TransportErrorKind::Proxy);
        assert!(chain(&refused).contains("407 Proxy Authentication Required"), "{}", chain(&refused));
        assert_eq!(send().await.kind(), TransportErrorKind::Proxy);
    };
    tokio::join!(server, client);
}

#[tokio::test]
async fn a_proxy_forwards_http_but_for_the_hosts_that_need_none() {
    let (proxy_listener, proxy) = listen("127.0.0.1").await;
    let (direct_listener, _) = listen("127.0.0.1").await;
    let transport = HyperTransport::new(TransportSettings {
        proxy: ProxySettings {
            all: Some(format!("http://user:secret@{}", proxy.authority)),
            no_proxy: Some("other.test, .direct.test".to_owned()),
            ..ProxySettings::default()
        },
        resolver: Arc::new(Known(vec![direct_listener.local_addr().unwrap()])),
        ..TransportSettings::default()
    })
    .unwrap();
    let server = async {
        let mut peer = accept(&proxy_listener).await;
        assert_eq!(
            peer.request().await,
            "GET http://bucket.test:8080/a//b%20 HTTP/1.1\r\nhost: bucket.test:8080\r\n\
             proxy-authorization: Basic dXNlcjpzZWNyZXQ=\r\n\r\n"
        );
        peer.say(HELLO).await;
        let mut peer = accept(&direct_listener).await;
        assert_eq!(peer.request().await, "GET / HTTP/1.1\r\nhost: s3.direct.test\r\n\r\n");
        peer.say(HELLO).await;
    };
    let client = async {
        let origin = Origin { secure: false, authority: "bucket.test:8080".into() };
        let request = HttpRequest { path_and_query: "/a//b%20".to_owned(), ..get(&origin) };
        assert_eq!(text(transport.send(request).await.unwrap()).await, "hello");
        let origin = Origin { secure: false, authority: "s3.direct.test".into() };
        assert_eq!(text(transport.send(get(&origin)).await.unwrap()).await, "hello");
    };
    tokio::join!(server, client);

    let (bound, address) = refusing();
    let proxy = ProxySettings { all: Some(address.to_string()), ..ProxySettings::default() };
    let transport = HyperTransport::new(TransportSettings { proxy, ..TransportSettings::default() }).unwrap();
    let origin = Origin { secure: false, authority: "bucket.test".into() };
    let error = transport.send(get(&origin)).await.unwrap_err();
    assert_eq!(error.kind(), TransportErrorKind::Proxy);
    drop(bound);
}

#[test]
fn a_proxy_that_cannot_be_used_is_refused_at_once() {
    for url in
        ["https://user:secret@proxy", "socks5://user:secret@proxy", "http://user:secret@", "ftp://secret@x"]
    {
        let proxy = ProxySettings { https: Some(url.to_owned()), ..ProxySettings::default() };
        let error =
            HyperTransport::new(TransportSettings { proxy, ..TransportSettings::default() }).unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::InvalidSetting, "{url}");
        assert!(!format!("{error:?} {error}").contains("secret"), "{error}");
    }
    let empty = ProxySettings { https: Some(String::new()), ..ProxySettings::default() };
    assert!(HyperTransport::new(TransportSettings { proxy: empty, ..TransportSettings::default() }).is_ok());
}
