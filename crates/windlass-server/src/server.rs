//! The listener: connections of HTTP/1.1 in front of a [`Service`].

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::future::{Either, select};
use http::header::{CONNECTION, EXPECT};
use http::{HeaderValue, Request};
use http_body::Body as _;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use crate::body::Body;
use crate::connection::Connection;
use crate::faults::Faults;
use crate::recorder::Requests;
use crate::service::Service;
use crate::socket_body::{FailLate, SharedBody};

/// A running server. It stops when it is dropped.
#[derive(Debug)]
pub struct Server {
    service: Service,
    address: SocketAddr,
    stop: watch::Sender<bool>,
    accepting: Option<JoinHandle<()>>,
}

impl Server {
    pub(crate) async fn listen(service: Service, address: &str) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let (stop, stopped) = watch::channel(false);
        let accepting = tokio::spawn(accept(listener, service.clone(), stopped));
        Ok(Self { service, address, stop, accepting: Some(accepting) })
    }

    /// The URL of the server: `http://127.0.0.1:PORT`.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The address that it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The same server without its listener.
    pub fn service(&self) -> &Service {
        &self.service
    }

    /// The faults of this server.
    pub fn faults(&self) -> &Faults {
        self.service.faults()
    }

    /// The requests that this server has answered.
    pub fn requests(&self) -> &Requests {
        self.service.requests()
    }

    /// Stops: no new connections, idle ones close, requests under way are finished if that takes no
    /// more than five seconds.
    pub async fn shutdown(mut self) {
        self.stop.send_replace(true);
        if let Some(accepting) = self.accepting.take() {
            // It panics or is cancelled only when the runtime ends, and then it has stopped too.
            let _ = accepting.await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(accepting) = &self.accepting {
            accepting.abort();
        }
    }
}

/// Runs until told to stop. The connections are tasks of its own: when it is aborted, they are too.
async fn accept(listener: TcpListener, service: Service, mut stopped: watch::Receiver<bool>) {
    let mut connections = JoinSet::new();
    loop {
        let accepted = {
            let next = pin!(listener.accept());
            let stop = pin!(stopped.wait_for(|stop| *stop));
            match select(next, stop).await {
                Either::Left((accepted, _)) => accepted,
                Either::Right(_) => break,
            }
        };
        while connections.try_join_next().is_some() {}
        if let Ok((stream, _)) = accepted {
            connections.spawn(serve(stream, service.clone(), stopped.clone()));
        } else {
            // Out of file descriptors, most likely: give connections time to end.
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
    drop(listener);
    let finished = async { while connections.join_next().await.is_some() {} };
    let _ = tokio::time::timeout(LONGEST_GOODBYE, finished).await;
}

async fn serve(stream: TcpStream, service: Service, mut stopped: watch::Receiver<bool>) {
    // Small answers must not wait for the client's acknowledgements.
    let _ = stream.set_nodelay(true);
    let connection = Connection::new(stream);
    let reset = connection.reset_flag();
    let flushes = connection.flushes();
    let answer = service_fn(move |request: Request<Incoming>| {
        let (service, reset, flushes) = (service.clone(), Arc::clone(&reset), Arc::clone(&flushes));
        async move {
            let waits = request.headers().contains_key(EXPECT);
            let (parts, body) = request.into_parts();
            let body = SharedBody::new(body);
            let rest = (!body.is_end_stream()).then(|| body.clone());
            let answer = service.call(Request::from_parts(parts, Body::stream(body))).await;
            match answer {
                Ok(mut answer) => {
                    match rest {
                        Some(rest) if !waits => rest.drain().await,
                        // Who waits for a go-ahead and does not get it may send the body or not: what comes next on
                        // this connection cannot be told apart.
                        Some(rest) if !rest.is_end_stream() => {
                            answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
                        }
                        _ => {}
                    }
                    Ok(answer.map(|body| FailLate::new(body, flushes)))
                }
                Err(error) => {
                    reset.store(true, Ordering::Relaxed);
                    Err(error)
                }
            }
        }
    });
    let mut serving = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(None)
            .serve_connection(TokioIo::new(connection), answer)
    );
    let stop = pin!(async { stopped.wait_for(|stop| *stop).await.map(drop) });
    // How a connection ends is the client's affair; faults end some on purpose.
    match select(serving.as_mut(), stop).await {
        Either::Left(_) => {}
        Either::Right(_) => {
            serving.as_mut().graceful_shutdown();
            let _ = serving.await;
        }
    }
}

const LONGEST_GOODBYE: Duration = Duration::from_secs(5);
