//! Tunnels and forwarding proxies.

use super::*;

#[tokio::test]
async fn a_proxy_tunnels_https() {
    let ours = Authority::new("ours");
    let (listener, proxy) = listen("127.0.0.1").await;
    let transport = HttpClient::new(HttpClientSettings {
        ca_bundle: Some(ours.pem()),
        proxy: ProxySettings {
            https: Some(format!("http://us%65r:secret@{}", proxy.authority)),
            ..ProxySettings::default()
        },
        // The proxy resolves the names behind it.
        resolver: Arc::new(Unknown),
        ..HttpClientSettings::default()
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
        let mut peer = accept(&listener).await;
        peer.head().await;
    };
    let client = async {
        assert_eq!(text(transport.send(get(&origin)).await.unwrap()).await, "hello");
        let send = async || transport.send(get_afresh(&origin)).await.unwrap_err();
        assert_eq!(send().await.kind(), TransportErrorKind::Proxy);
    };
    tokio::join!(server, client);
}

#[tokio::test]
async fn a_proxy_forwards_http_except_for_bypassed_hosts() {
    let (proxy_listener, proxy) = listen("127.0.0.1").await;
    let (direct_listener, _) = listen("127.0.0.1").await;
    let transport = HttpClient::new(HttpClientSettings {
        proxy: ProxySettings {
            all: Some(format!("http://user:secret@{}", proxy.authority)),
            no_proxy: Some("other.test, .direct.test".to_owned()),
            ..ProxySettings::default()
        },
        resolver: Arc::new(Known(vec![direct_listener.local_addr().unwrap()])),
        ..HttpClientSettings::default()
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
    let transport = HttpClient::new(HttpClientSettings { proxy, ..HttpClientSettings::default() }).unwrap();
    let origin = Origin { secure: false, authority: "bucket.test".into() };
    let error = transport.send(get(&origin)).await.unwrap_err();
    assert_eq!(error.kind(), TransportErrorKind::Proxy);
    drop(bound);
}

#[test]
fn an_invalid_proxy_is_an_error_at_once() {
    for url in ["http://user:secret@", "http://user:secret@proxy:abc", "http://user:secret@proxy:99999"] {
        let proxy = ProxySettings { https: Some(url.to_owned()), ..ProxySettings::default() };
        let error =
            HttpClient::new(HttpClientSettings { proxy, ..HttpClientSettings::default() }).unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::InvalidSetting, "{url}");
        assert!(error.message().contains("HTTPS_PROXY"), "{error}");
        assert!(!format!("{error:?} {error}").contains("secret"), "{error}");
    }
    let empty = ProxySettings { https: Some(String::new()), ..ProxySettings::default() };
    assert!(HttpClient::new(HttpClientSettings { proxy: empty, ..HttpClientSettings::default() }).is_ok());
}

/// A client with a proxy for all hosts.
fn through(url: String, no_proxy: &str) -> HttpClient {
    let proxy =
        ProxySettings { all: Some(url), no_proxy: Some(no_proxy.to_owned()), ..ProxySettings::default() };
    HttpClient::new(HttpClientSettings { proxy, ..HttpClientSettings::default() }).unwrap()
}

/// The windlass error for a failure.
fn own(error: TransportError) -> crate::Error {
    let io = error.into_source().downcast::<io::Error>().unwrap();
    *io.into_inner().unwrap().downcast().unwrap()
}

#[tokio::test]
async fn an_unsupported_proxy_fails_the_requests_that_use_it() {
    let (_, listener, origin) = plain().await;
    let server = async {
        let mut peer = greeted(&listener).await;
        peer.wait_for_end().await;
    };
    let client = async {
        let port = listener.local_addr().unwrap().port();
        let transport = through("socks5h://user:secret@proxy:1080".to_owned(), &format!("127.0.0.1:{port}"));
        assert_eq!(text(transport.send(get(&origin)).await.unwrap()).await, "hello");
        let elsewhere = Origin { secure: true, authority: "bucket.test".into() };
        let error = own(transport.send(get(&elsewhere)).await.unwrap_err());
        assert_eq!(error.kind(), crate::ErrorKind::InvalidSetting);
        assert!(error.message().contains("SOCKS") && error.message().contains("ALL_PROXY"), "{error}");
        assert!(!format!("{error:?}").contains("secret"), "{error:?}");
        assert!(!error.is_retryable());
    };
    tokio::join!(server, client);
}

#[tokio::test]
async fn the_error_has_the_reason_of_the_proxy() {
    let (listener, proxy) = listen("127.0.0.1").await;
    let origin = Origin { secure: true, authority: "bucket.test".into() };
    // The response of the proxy, the words in the error, and whether a retry can help.
    let cases = [
        (
            "HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic realm=\"x\"\r\ncontent-length: 5\r\n\r\nhello",
            &["407 Proxy Authentication Required", "not accepted", "user:password@"][..],
            false,
        ),
        ("HTTP/1.0 407\r\n\r\n", &["407", "HTTPS_PROXY"], false),
        (
            "HTTP/1.1 407 Auth\r\nProxy-Authenticate: Negotiate\r\nProxy-Authenticate: NTLM\r\n\r\n",
            &["Negotiate or NTLM", "only Basic"],
            false,
        ),
        (
            "HTTP/1.1 403 Not \u{7}allowed\r\ncontent-type: text/html\r\n\r\n<html>\r\n\r\n</html>",
            &["403 Not \\u{7}allowed"],
            false,
        ),
        ("HTTP/1.1 503 Busy\n\n", &["503 Busy"], true),
        ("HTTP/1.1 103 Early\r\n\r\nHTTP/1.1 302 Found\r\nlocation: /login\r\n\r\n", &["302 Found"], false),
    ];
    let server = async {
        for (response, ..) in cases {
            let mut peer = accept(&listener).await;
            peer.head().await;
            peer.say(response).await;
            peer.wait_for_end().await;
        }
        for garbage in ["SSH-2.0-OpenSSH\r\n\r\n", "HTTP/1.1 abc\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\nrest"] {
            let mut peer = accept(&listener).await;
            peer.head().await;
            peer.say(garbage).await;
            peer.wait_for_end().await;
        }
    };
    let client = async {
        let transport = through(format!("http://user:secret@{}", proxy.authority), "");
        for (_, words, retryable) in cases {
            let error = own(transport.send(get(&origin)).await.unwrap_err());
            assert_eq!(error.kind(), crate::ErrorKind::ConnectFailed);
            assert!(words.iter().all(|word| error.to_string().contains(word)), "{words:?} {error}");
            assert!(
                error.message().contains(&*proxy.authority) && error.message().contains("bucket.test:443")
            );
            assert!(!format!("{error:?}").contains("secret"), "{error:?}");
            assert_eq!(error.is_retryable(), retryable, "{error}");
        }
        for words in ["does not speak HTTP", "does not speak HTTP", "data after the head"] {
            let error = transport.send(get(&origin)).await.unwrap_err();
            assert_eq!(error.kind(), TransportErrorKind::Proxy);
            assert!(chain(&error).contains(words), "{}", chain(&error));
        }
    };
    tokio::join!(server, client);
}

#[tokio::test]
async fn a_forwarding_proxy_may_require_a_password() {
    let (listener, proxy) = listen("127.0.0.1").await;
    let origin = Origin { secure: false, authority: "bucket.test".into() };
    let server = async {
        let mut peer = accept(&listener).await;
        peer.head().await;
        peer.say("HTTP/1.1 407 P\r\nproxy-authenticate: Digest realm=x\r\ncontent-length: 0\r\n\r\n").await;
        peer.wait_for_end().await;
    };
    let client = async {
        let transport = through(format!("http://{}", proxy.authority), "");
        let error = own(transport.send(get(&origin)).await.unwrap_err());
        assert!(error.message().contains("it requires Digest"), "{error}");
        assert!(!error.is_retryable());
    };
    tokio::join!(server, client);
}

#[tokio::test]
async fn a_proxy_can_be_reached_over_tls() {
    let ours = Authority::new("ours");
    let listener = listen("127.0.0.1").await.0;
    let port = listener.local_addr().unwrap().port();
    let transport = HttpClient::new(HttpClientSettings {
        ca_bundle: Some(ours.pem()),
        proxy: ProxySettings {
            all: Some(format!("https://user:secret@proxy.localhost:{port}")),
            ..ProxySettings::default()
        },
        resolver: Arc::new(Unknown),
        ..HttpClientSettings::default()
    })
    .unwrap();
    let (of_proxy, of_service) = (ours.acceptor("proxy.localhost"), ours.acceptor("bucket.test"));
    let body = "x".repeat(300_000);
    let server = async {
        let mut peer = Peer::new(of_proxy.accept(listener.accept().await.unwrap().0).await.unwrap());
        assert!(peer.head().await.starts_with("CONNECT bucket.test:443 HTTP/1.1\r\n"));
        peer.say("HTTP/1.1 200 OK\r\n\r\n").await;
        let mut inner = Peer::new(of_service.accept(peer.stream).await.unwrap());
        for _ in 0..2 {
            assert!(inner.request().await.ends_with(&body));
            inner.say(HELLO).await;
        }
        let mut peer = Peer::new(of_proxy.accept(listener.accept().await.unwrap().0).await.unwrap());
        assert!(peer.head().await.starts_with("GET http://bucket.test/ HTTP/1.1\r\n"));
        peer.say(HELLO).await;
        // Not TLS: the connection ends.
        drop(listener.accept().await.unwrap());
    };
    let client = async {
        let mut origin = Origin { secure: true, authority: "bucket.test".into() };
        for _ in 0..2 {
            let request = put(&origin, HttpBody::Bytes(body.clone().into()));
            assert_eq!(text(transport.send(request).await.unwrap()).await, "hello");
        }
        origin.secure = false;
        assert_eq!(text(transport.send(get(&origin)).await.unwrap()).await, "hello");
        let request = get_afresh(&origin);
        let error = transport.send(request).await.unwrap_err();
        assert_eq!(error.kind(), TransportErrorKind::Proxy);
        assert!(chain(&error).contains(&format!("https://proxy.localhost:{port}")), "{}", chain(&error));
        assert!(!chain(&error).contains("secret"));
    };
    tokio::join!(server, client);
}

#[tokio::test]
async fn addresses_and_ports_can_bypass_the_proxy() {
    let (_, listener, origin) = plain().await;
    let (bound, nowhere) = refusing();
    let server = async {
        for _ in 0..3 {
            greeted(&listener).await.wait_for_end().await;
        }
    };
    let client = async {
        for no_proxy in ["*", &origin.authority, "127.0.0.0/8"] {
            let transport = through(format!("http://{nowhere}"), no_proxy);
            assert_eq!(text(transport.send(get(&origin)).await.unwrap()).await, "hello", "{no_proxy}");
        }
        let transport = through(format!("http://{nowhere}"), "127.0.0.1:1");
        assert_eq!(transport.send(get(&origin)).await.unwrap_err().kind(), TransportErrorKind::Proxy);
    };
    tokio::join!(server, client);
    drop(bound);
}
