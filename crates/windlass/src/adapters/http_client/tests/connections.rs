//! Connections: opened, reused, closed, and the kinds of their failures.

use super::*;

#[tokio::test]
async fn a_connection_is_used_again() {
    let (transport, listener, origin) = plain().await;
    let server = async {
        let mut peer = accept(&listener).await;
        for _ in 0..2 {
            peer.request().await;
            peer.say(HELLO).await;
        }
        peer
    };
    let client = async {
        for _ in 0..2 {
            let response = transport.send(get(&origin)).await.unwrap();
            assert_eq!((response.status, text(response).await), (StatusCode::OK, "hello".to_owned()));
        }
    };
    tokio::join!(server, client);
}

#[tokio::test]
async fn a_response_without_a_body_frees_its_connection_at_once() {
    let (transport, listener, origin) = plain().await;
    let server = async {
        let mut peer = accept(&listener).await;
        peer.request().await;
        peer.say("HTTP/1.1 200 OK\r\ncontent-length: 1234\r\n\r\n").await;
        peer.request().await;
        peer.say("HTTP/1.1 204 No Content\r\n\r\n").await;
        peer.request().await;
        peer.say("HTTP/1.1 304 Not Modified\r\netag: \"1\"\r\ncontent-length: 7\r\n\r\n").await;
        peer
    };
    let client = async {
        let head = HttpRequest { method: Method::HEAD, ..get(&origin) };
        let response = transport.send(head).await.unwrap();
        assert_eq!(response.headers[CONTENT_LENGTH], "1234");
        // The unread body is still alive here.
        let empty = transport.send(get(&origin)).await.unwrap();
        let unchanged = transport.send(get(&origin)).await.unwrap();
        assert_eq!(unchanged.status, StatusCode::NOT_MODIFIED);
        for response in [response, empty, unchanged] {
            assert_eq!(text(response).await, "");
        }
    };
    tokio::join!(server, client);
}

#[tokio::test]
async fn a_reused_connection_that_dies_silently_is_stale() {
    let (transport, listener, origin) = plain().await;
    let server = async {
        let mut peer = greeted(&listener).await;
        peer.request().await;
        drop(peer);
        let mut peer = accept(&listener).await;
        peer.request().await;
        drop(peer);
    };
    let client = async {
        text(transport.send(get(&origin)).await.unwrap()).await;
        let stale = transport.send(get(&origin)).await.unwrap_err();
        assert!(stale.is_stale_connection());
        assert_eq!(stale.kind(), TransportErrorKind::Interrupted);
        let again = get_afresh(&origin);
        let broken = transport.send(again).await.unwrap_err();
        assert!(!broken.is_stale_connection(), "a new connection cannot be stale");
        assert_eq!(broken.kind(), TransportErrorKind::Interrupted);
    };
    tokio::join!(server, client);
}

#[tokio::test]
async fn a_reused_connection_that_dies_in_its_response_is_not_stale() {
    let (transport, listener, origin) = plain().await;
    let server = async {
        let mut peer = greeted(&listener).await;
        peer.request().await;
        peer.say("HTTP/1.1 2").await;
    };
    let client = async {
        text(transport.send(get(&origin)).await.unwrap()).await;
        let error = transport.send(get(&origin)).await.unwrap_err();
        assert_eq!((error.kind(), error.is_stale_connection()), (TransportErrorKind::Interrupted, false));
    };
    tokio::join!(server, client);
}

#[tokio::test]
async fn an_unsent_request_uses_another_connection() {
    let (transport, listener, origin) = plain().await;
    let server = async {
        drop(greeted(&listener).await);
        let mut peer = accept(&listener).await;
        assert!(peer.request().await.ends_with("\r\n\r\nbody"), "the body is whole");
        peer.say(HELLO).await;
    };
    let client = async {
        text(transport.send(get(&origin)).await.unwrap()).await;
        let pool = &transport.shared.pool;
        let mut connection = pool.take(&origin, Handle::current().id(), Instant::now()).unwrap();
        poll_fn(|context| {
            connection.drive(context);
            if connection.has_ended() { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
        pool.put(connection, Instant::now());
        let put = put(&origin, HttpBody::Stream { length: 4, stream: chunks(["bo", "dy"]) });
        assert_eq!(text(transport.send(put).await.unwrap()).await, "hello");
    };
    tokio::join!(server, client);
}

/// Returns its connection when it is dropped, like a response that was read completely.
struct GivesBack(HttpClient, Option<Box<Connection>>);

impl Drop for GivesBack {
    fn drop(&mut self) {
        if let Some(connection) = self.1.take() {
            self.0.shared.pool.put(connection, Instant::now());
        }
    }
}

#[test]
fn a_runtime_that_shuts_down_does_not_lock_the_pool() {
    let (ended, is_ended) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let transport = runtime.block_on(async {
            let (transport, listener, origin) = plain().await;
            let server = greeted(&listener);
            let client = async { text(transport.send(get(&origin)).await.unwrap()).await };
            let (peer, _) = tokio::join!(server, client);
            let connection = transport.shared.pool.take(&origin, Handle::current().id(), Instant::now());
            assert!(connection.is_some());
            let held = (GivesBack(transport.clone(), connection), peer);
            tokio::spawn(async move {
                let _held = held;
                pending::<()>().await;
            });
            tokio::task::yield_now().await;
            transport
        });
        // This drops the task, and drops everything that it spawns at once.
        drop(runtime);
        ended.send(transport.shared.pool.close_idle()).unwrap();
    });
    let left = is_ended.recv_timeout(PROMPT).expect("the pool is locked up");
    assert_eq!(left, 0, "a connection outlived its runtime");
}

#[tokio::test]
async fn a_body_dropped_early_closes_its_connection() {
    let (transport, listener, origin) = plain().await;
    let server = async {
        let mut peer = accept(&listener).await;
        peer.request().await;
        peer.say("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\npart").await;
        peer.wait_for_end().await;
    };
    let client = async {
        let mut response = transport.send(get(&origin)).await.unwrap();
        assert_eq!(response.body.next().await.unwrap().unwrap(), "part");
        drop(response);
    };
    tokio::join!(server, client);
}

#[tokio::test]
async fn a_dropped_request_closes_its_connection() {
    let (transport, listener, origin) = plain().await;
    let mut sending = transport.send(get(&origin));
    let server = async {
        let mut peer = accept(&listener).await;
        peer.request().await;
        peer
    };
    let mut peer = tokio::select! {
        _ = &mut sending => unreachable!("no response was sent"),
        peer = server => peer,
    };
    drop(sending);
    peer.wait_for_end().await;
}

#[tokio::test]
async fn connections_that_are_not_reusable_are_closed() {
    for head in [
        "HTTP/1.1 200 OK\r\nconnection: x, Close\r\ncontent-length: 5\r\n\r\n",
        "HTTP/1.0 200 OK\r\ncontent-length: 5\r\n\r\n",
    ] {
        let (transport, listener, origin) = plain().await;
        let server = async {
            let mut peer = accept(&listener).await;
            peer.request().await;
            peer.say(head).await;
            peer.say("hello").await;
            peer.wait_for_end().await;
        };
        let client = async { text(transport.send(get(&origin)).await.unwrap()).await };
        assert_eq!(tokio::join!(server, client).1, "hello");
    }
}

#[tokio::test]
async fn an_idle_connection_is_closed_in_time() {
    let settings =
        HttpClientSettings { idle_timeout: Duration::from_millis(1), ..HttpClientSettings::default() };
    let transport = HttpClient::new(settings).unwrap();
    let (listener, origin) = listen("127.0.0.1").await;
    for _ in 0..2 {
        let client = async { text(transport.send(get(&origin)).await.unwrap()).await };
        let (mut peer, _) = tokio::join!(greeted(&listener), client);
        // Nothing else happens on the transport in the meantime.
        let closed = timeout(PROMPT, peer.wait_for_end()).await;
        assert_eq!(closed, Ok(0));
    }
    assert_eq!(transport.shared.pool.close_idle(), 0);
}

#[tokio::test]
async fn connections_spread_over_all_addresses() {
    let (first, second) = (listen("127.0.0.1").await.0, listen("127.0.0.2").await.0);
    let resolver = Known(vec![first.local_addr().unwrap(), second.local_addr().unwrap()]);
    let transport = with_resolver(Arc::new(resolver));
    let serve = async |listener: TcpListener| greeted(&listener).await;
    let client = async {
        let origin = Origin { secure: false, authority: "bucket.test".into() };
        let (one, two) = tokio::join!(transport.send(get(&origin)), transport.send(get(&origin)));
        assert_eq!((text(one.unwrap()).await, text(two.unwrap()).await), ("hello".into(), "hello".into()));
    };
    tokio::join!(serve(first), serve(second), client);
}

#[tokio::test]
async fn failures_to_connect_have_different_kinds() {
    let origin = Origin { secure: false, authority: "bucket.test".into() };
    let send =
        async |resolver: Arc<dyn Resolve>| with_resolver(resolver).send(get(&origin)).await.unwrap_err();

    // A bound socket that does not listen refuses connections and keeps its port reserved.
    let (bound, address) = refusing();
    let refused = send(Arc::new(Known(vec![address]))).await;
    assert_eq!(refused.kind(), TransportErrorKind::Connect);
    assert!(chain(&refused).contains(&address.to_string()), "{}", chain(&refused));
    drop(bound);

    assert_eq!(send(Arc::new(Known(Vec::new()))).await.kind(), TransportErrorKind::Dns);
    let unknown = send(Arc::new(Unknown)).await;
    assert_eq!(unknown.kind(), TransportErrorKind::Dns);
    assert!(chain(&unknown).contains("bucket.test: no such host"), "{}", chain(&unknown));

    let connect_timeout = Duration::from_millis(1);
    let resolver = Arc::new(Silent);
    let settings = HttpClientSettings { connect_timeout, resolver, ..HttpClientSettings::default() };
    let late = HttpClient::new(settings).unwrap().send(get(&origin)).await.unwrap_err();
    assert_eq!(late.kind(), TransportErrorKind::ConnectTimeout);
}

#[tokio::test]
async fn a_connection_with_an_unfinished_upload_is_not_kept() {
    let (transport, listener, origin) = plain().await;
    let server = async {
        let mut peer = accept(&listener).await;
        peer.head().await;
        peer.say("HTTP/1.1 403 Forbidden\r\ncontent-length: 6\r\n\r\ndenied").await;
        peer.wait_for_end().await;
    };
    let client = async {
        let body = HttpBody::Stream { length: 10, stream: Box::pin(stream::pending()) };
        let response = transport.send(put(&origin, body)).await.unwrap();
        assert_eq!(text(response).await, "denied");
    };
    tokio::join!(server, client);
}

fn with_resolver(resolver: Arc<dyn Resolve>) -> HttpClient {
    HttpClient::new(HttpClientSettings { resolver, ..HttpClientSettings::default() }).unwrap()
}

/// Never sends anything.
#[derive(Debug)]
struct Silent;

impl Resolve for Silent {
    fn resolve<'a>(&'a self, _: &'a str, _: u16) -> BoxFuture<'a, io::Result<Vec<SocketAddr>>> {
        Box::pin(pending())
    }
}

/// A client with an observer, which keeps one idle connection.
async fn observed() -> (HttpClient, TcpListener, Origin, crate::testing::RecordingObserver) {
    let observer = crate::testing::RecordingObserver::default();
    let (listener, origin) = listen("127.0.0.1").await;
    let settings = HttpClientSettings {
        observer: Some(Arc::new(observer.clone())),
        max_idle_connections: 1,
        ..HttpClientSettings::default()
    };
    (HttpClient::new(settings).unwrap(), listener, origin, observer)
}

#[tokio::test]
async fn the_observer_sees_each_connection_and_why_it_closed() {
    let (transport, listener, origin, observer) = observed().await;
    let server = async {
        let mut peers = vec![greeted(&listener).await, greeted(&listener).await];
        let mut peer = accept(&listener).await;
        peer.request().await;
        peer.say("HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\nhello").await;
        peers.push(peer);
        let mut peer = accept(&listener).await;
        peer.request().await;
        peer.say("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhe").await;
        peers.push(peer);
        let mut peer = accept(&listener).await;
        peer.request().await;
        drop(peer);
        peers
    };
    let client = async {
        let fresh = || get_afresh(&origin);
        let first = transport.send(get(&origin)).await.unwrap();
        assert!(!first.connection.unwrap().is_reused());
        let second = transport.send(fresh()).await.unwrap();
        assert!(second.connection.unwrap().connect_time.is_some());
        text(first).await;
        // Two connections are idle now, and one is kept.
        text(second).await;
        text(transport.send(fresh()).await.unwrap()).await;
        drop(transport.send(fresh()).await.unwrap());
        transport.send(fresh()).await.unwrap_err();
        drop(transport);
    };
    // The peers live until the client is done.
    let (_peers, ()) = tokio::join!(server, client);
    let events = observer.events();
    let opened = events.iter().filter(|event| event.contains("ConnectionOpened")).count();
    let reasons: Vec<&str> = events
        .iter()
        .filter_map(|event| event.split_once("reason: "))
        .map(|(_, reason)| reason.trim_end_matches([' ', ')', '}']))
        .collect();
    assert_eq!(opened, 5, "{events:#?}");
    assert_eq!(reasons, ["Evicted", "NotReusable", "Abandoned", "Failed", "TransportDropped"], "{events:#?}");
    assert!(events.iter().all(|event| event.contains(&*origin.authority)));
}

#[tokio::test]
async fn a_response_says_whether_its_connection_was_reused() {
    let (transport, listener, origin) = plain().await;
    let server = async {
        let mut peer = greeted(&listener).await;
        peer.request().await;
        peer.say(HELLO).await;
        peer
    };
    let client = async {
        for is_reused in [false, true] {
            let response = transport.send(get(&origin)).await.unwrap();
            assert_eq!(response.connection.unwrap().is_reused(), is_reused);
            text(response).await;
        }
    };
    tokio::join!(server, client);
}
