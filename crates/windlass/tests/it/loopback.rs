//! A raw socket server on loopback. It runs in its own threads, independent of the test's runtimes.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// A complete response.
pub(crate) const HELLO: &str = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\netag: \"1\"\r\n\r\nhello";

pub(crate) struct Loopback {
    pub(crate) address: SocketAddr,
    connections: Arc<AtomicUsize>,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Loopback {
    /// Starts a server that passes the head of each request to `respond` and sends the returned bytes.
    pub(crate) fn start(respond: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        Self::serve(move |head, stream| {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
            stream.read_exact(&mut body).ok()?;
            stream.get_mut().write_all(respond(head).as_bytes()).ok()
        })
    }

    /// Calls `exchange` with the head of each request until it returns `None` or the client closes the
    /// connection.
    pub(crate) fn serve(
        exchange: impl Fn(&str, &mut BufReader<TcpStream>) -> Option<()> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (connections, requests) = (Arc::<AtomicUsize>::default(), Arc::<Mutex<Vec<String>>>::default());
        let (count, kept, exchange) = (connections.clone(), requests.clone(), Arc::new(exchange));
        thread::spawn(move || {
            for stream in listener.incoming() {
                count.fetch_add(1, Ordering::SeqCst);
                let (kept, exchange) = (kept.clone(), exchange.clone());
                let mut stream = BufReader::new(stream.unwrap());
                thread::spawn(move || {
                    while let Some(head) = head(&mut stream) {
                        kept.lock().unwrap().push(head.lines().next().unwrap().to_owned());
                        if exchange(&head, &mut stream).is_none() {
                            return;
                        }
                    }
                });
            }
        });
        Self { address, connections, requests }
    }

    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns the number of accepted connections.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// Returns the request lines of all requests.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

fn head(stream: &mut BufReader<TcpStream>) -> Option<String> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if stream.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    Some(head)
}
