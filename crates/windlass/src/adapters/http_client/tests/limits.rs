//! Limits on connections: idle ones of all hosts, those per host, and the queue.

use super::*;

/// A transport that resolves every host to the address of the listener.
async fn with(settings: HttpClientSettings) -> (HttpClient, TcpListener) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let resolver = Arc::new(Known(vec![listener.local_addr().unwrap()]));
    (HttpClient::new(HttpClientSettings { resolver, ..settings }).unwrap(), listener)
}

fn settings(max_connections_per_host: usize) -> HttpClientSettings {
    HttpClientSettings { max_connections_per_host, ..HttpClientSettings::default() }
}

fn host(name: &str) -> Origin {
    Origin { secure: false, authority: name.into() }
}

/// Responds to every request over `peer` until the client closes; returns their number.
async fn serve(mut peer: Peer<TcpStream>) -> usize {
    let mut served = 0;
    loop {
        let mut buffer = [0; 1024];
        match peer.stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return served,
            Ok(count) => peer.read.extend_from_slice(&buffer[..count]),
        }
        if peer.read.ends_with(b"\r\n\r\n") {
            peer.read.clear();
            peer.say(HELLO).await;
            served += 1;
        }
    }
}

/// boto#3216
#[tokio::test]
async fn the_idle_connections_of_all_hosts_are_bounded() {
    let (transport, listener) =
        with(HttpClientSettings { max_idle_connections: 2, ..HttpClientSettings::default() }).await;
    let mut peers = Vec::new();
    for name in ["a.test", "b.test", "c.test", "a.test"] {
        let (peer, ()) = tokio::join!(greeted(&listener), async {
            assert_eq!(text(transport.send(get(&host(name))).await.unwrap()).await, "hello");
        });
        peers.push(peer);
    }
    // Those to a.test and b.test were evicted; the other two are open.
    for peer in peers.iter_mut().take(2) {
        let closed = timeout(PROMPT, peer.wait_for_end()).await;
        assert_eq!(closed, Ok(0));
    }
    for peer in &peers[2..] {
        let read = peer.stream.try_read(&mut [0]);
        assert_eq!(read.unwrap_err().kind(), io::ErrorKind::WouldBlock);
    }
}

// influxdb_iox#3336
#[tokio::test]
async fn requests_beyond_the_limit_wait_for_a_connection() {
    let (transport, listener) = with(settings(2)).await;
    let origin = host("a.test");
    let client = async {
        let requests = (0..50).map(|_| async {
            assert_eq!(text(transport.send(get(&origin)).await.unwrap()).await, "hello");
        });
        futures_util::future::join_all(requests).await;
        drop(transport.clone());
        transport.shared.pool.close_idle()
    };
    let server = async {
        let one = accept(&listener).await;
        let two = accept(&listener).await;
        tokio::join!(serve(one), serve(two))
    };
    let (closed, (one, two)) = tokio::join!(client, server);
    assert_eq!((closed, one + two), (2, 50));
    assert!(one > 0 && two > 0);
}

#[tokio::test]
async fn unread_bodies_end_the_wait_with_an_error() {
    let (transport, listener) =
        with(HttpClientSettings { connect_timeout: Duration::from_millis(50), ..settings(2) }).await;
    let origin = host("a.test");
    let half = async |listener: &TcpListener| {
        let mut peer = accept(listener).await;
        peer.request().await;
        peer.say("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhel").await;
        peer
    };
    let ((mut first, _second), (one, two)) =
        tokio::join!(async { (half(&listener).await, half(&listener).await) }, async {
            let (one, two) = tokio::join!(transport.send(get(&origin)), transport.send(get(&origin)));
            (one.unwrap(), two.unwrap())
        },);
    let error = transport.send(get(&origin)).await.unwrap_err();
    assert_eq!(error.kind(), TransportErrorKind::Exhausted);
    let text_of_error = chain(&error);
    for word in ["all 2 connections to a.test", "50ms", "max_connections_per_host", "read the bodies"] {
        assert!(text_of_error.contains(word), "{text_of_error}");
    }
    // Another host has its own limit.
    let (_peer, other) = tokio::join!(greeted(&listener), async {
        text(transport.send(get(&host("b.test"))).await.unwrap()).await
    });
    assert_eq!(other, "hello");
    // A body that is read completely and one that is dropped return their connections.
    first.say("lo").await;
    assert_eq!(text(one).await, "hello");
    let ((), again) = tokio::join!(
        async {
            first.request().await;
            first.say(HELLO).await;
        },
        async { text(transport.send(get(&origin)).await.unwrap()).await }
    );
    assert_eq!(again, "hello");
    drop(two);
    let fresh = get_afresh(&origin);
    let (_third, fresh) =
        tokio::join!(greeted(&listener), async { text(transport.send(fresh).await.unwrap()).await });
    assert_eq!(fresh, "hello");
}

/// In virtual time: each request holds the only permit for a while.
#[tokio::test(start_paused = true)]
async fn the_wait_ends_when_the_queue_does_not_move() {
    let (origin, limit) = (host("a.test"), Duration::from_secs(4));
    for (held, is_served) in [(limit * 3 / 4, true), (limit * 5 / 4, false)] {
        let pool = Arc::new(Pool::new(Duration::from_secs(60), 128, 1));
        let request = async || {
            let runtime = Handle::current().id();
            let applicant = Applicant { origin: &origin, runtime, reuses: true };
            let grant = match pool.admit(applicant, Instant::now()) {
                Admission::Granted(grant) => Some(grant),
                Admission::Queued(mut queued) => queued.granted_within(&origin, limit).await,
            };
            if grant.is_some() {
                tokio::time::sleep(held).await;
            }
            grant.is_some()
        };
        let served = futures_util::future::join_all((0..6).map(|_| request())).await;
        assert_eq!(served, [true, is_served, is_served, is_served, is_served, is_served]);
    }
}

#[tokio::test]
async fn a_cancelled_wait_loses_no_connection() {
    let (transport, listener) = with(settings(1)).await;
    let origin = host("a.test");
    let server = async {
        let peer = greeted(&listener).await;
        serve(peer).await
    };
    let client = async {
        let holder = transport.send(get(&origin)).await.unwrap();
        let mut gone: Vec<_> = (0..3).map(|_| transport.send(get(&origin))).collect();
        let mut last = transport.send(get(&origin));
        poll_fn(|context| {
            for waiting in &mut gone {
                assert!(waiting.as_mut().poll(context).is_pending());
            }
            assert!(last.as_mut().poll(context).is_pending());
            Poll::Ready(())
        })
        .await;
        // One request is cancelled before the connection is returned, one after it was granted.
        drop(gone.remove(0));
        assert_eq!(text(holder).await, "hello");
        drop(gone);
        assert_eq!(text(last.await.unwrap()).await, "hello");
        assert_eq!(transport.shared.pool.close_idle(), 1);
    };
    timeout(PROMPT, async { tokio::join!(server, client) }).await.unwrap();
}

/// A connection of another runtime is not usable here and must not keep its permit.
#[test]
fn an_idle_connection_of_another_runtime_makes_room() {
    let (one, two) = (runtime(), runtime());
    let (transport, listener) = one.block_on(with(settings(1)));
    let origin = host("a.test");
    let (mut first, ()) = one.block_on(async {
        tokio::join!(greeted(&listener), async {
            text(transport.send(get(&origin)).await.unwrap()).await;
        })
    });
    // The listener belongs to the first runtime, which is no longer driven.
    let listener = listener.into_std().unwrap();
    two.block_on(async {
        let listener = TcpListener::from_std(listener).unwrap();
        let (_second, response) = tokio::join!(greeted(&listener), async {
            text(transport.send(get(&origin)).await.unwrap()).await
        });
        assert_eq!(response, "hello");
    });
    one.block_on(first.wait_for_end());
}

/// The first request in the queue is on a runtime that cannot use the returned connection.
#[test]
fn a_connection_makes_room_for_a_request_on_another_runtime() {
    let (one, two) = (runtime(), runtime());
    let (transport, listener) = one.block_on(with(settings(1)));
    let origin = host("a.test");
    let (_first, holder) = one.block_on(async {
        tokio::join!(greeted(&listener), async { transport.send(get(&origin)).await.unwrap() })
    });
    let listener = listener.into_std().unwrap();
    let mut waiting = transport.send(get(&origin));
    two.block_on(poll_fn(|context| {
        assert!(waiting.as_mut().poll(context).is_pending());
        Poll::Ready(())
    }));
    assert_eq!(one.block_on(text(holder)), "hello");
    let response = two.block_on(async {
        let listener = TcpListener::from_std(listener).unwrap();
        tokio::join!(greeted(&listener), async { text(waiting.await.unwrap()).await }).1
    });
    assert_eq!(response, "hello");
}

#[test]
fn a_runtime_that_ends_closes_its_idle_connections() {
    let (one, two) = (runtime(), runtime());
    let (transport, listener) = one.block_on(with(HttpClientSettings::default()));
    let origin = host("a.test");
    let (first, ()) = one.block_on(async {
        tokio::join!(greeted(&listener), async {
            text(transport.send(get(&origin)).await.unwrap()).await;
        })
    });
    let first = first.stream.into_std().unwrap();
    drop(one);
    two.block_on(async {
        let mut first = Peer::new(TcpStream::from_std(first).unwrap());
        assert_eq!(timeout(PROMPT, first.wait_for_end()).await, Ok(0));
    });
    assert_eq!(transport.shared.pool.close_idle(), 0);
}

#[test]
fn a_limit_of_no_connections_is_an_invalid_setting() {
    let error = HttpClient::new(settings(0)).unwrap_err();
    assert_eq!(error.kind(), crate::ErrorKind::InvalidSetting);
}

#[test]
fn without_a_runtime_the_error_says_so() {
    let transport = HttpClient::new(HttpClientSettings::default()).unwrap();
    let sent = futures_util::FutureExt::now_or_never(transport.send(get(&host("a.test"))));
    assert_eq!(sent.unwrap().unwrap_err().kind(), TransportErrorKind::NoRuntime);
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}
