//! The listener: HTTP/1.1 connections in front of a [`Service`].

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

    /// Returns the URL of the server: `http://127.0.0.1:PORT`.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns the address of the listener.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the server without its listener.
    pub fn service(&self) -> &Service {
        &self.service
    }

    /// Returns the fault rules of this server.
    pub fn faults(&self) -> &Faults {
        self.service.faults()
    }

    /// Returns the record of the requests to this server.
    pub fn requests(&self) -> &Requests {
        self.service.requests()
    }

    /// Shuts down: accepts no new connections, closes idle ones, and waits at most 5 s for requests in
    /// flight.
    pub async fn shutdown(mut self) {
        self.stop.send_replace(true);
        if let Some(accepting) = self.accepting.take() {
            // The task panics or is cancelled only when the runtime ends, which stops it as well.
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

/// Accepts connections until stopped. Aborting it aborts the connection tasks, which it owns.
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
            // Most likely out of file descriptors: wait for connections to end.
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
    drop(listener);
    let finished = async { while connections.join_next().await.is_some() {} };
    let _ = tokio::time::timeout(LONGEST_GOODBYE, finished).await;
}

async fn serve(stream: TcpStream, service: Service, mut stopped: watch::Receiver<bool>) {
    // Without this, small responses wait for the client's acknowledgements.
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
                        // A client that waits for `100 Continue` and gets another status may or may not send
                        // the body, so the next bytes on this connection would be ambiguous.
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
    // Errors of a connection are the client's to handle; some are injected faults.
    match select(serving.as_mut(), stop).await {
        Either::Left(_) => {}
        Either::Right(_) => {
            serving.as_mut().graceful_shutdown();
            let _ = serving.await;
        }
    }
}

const LONGEST_GOODBYE: Duration = Duration::from_secs(5);
