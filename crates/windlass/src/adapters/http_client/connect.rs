//! Opens a connection to an origin: DNS, TCP, proxy and TLS, all within one time limit. New connections rotate through
//! the addresses of a host, because the throughput of one address is limited.

use std::error::Error as StdError;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio::net::TcpStream;
use tokio::runtime::Handle;
use tokio::time::timeout;

use super::channel::Channel;
use super::connection::{Connection, Opening};
use super::descriptors;
use super::proxy::Proxy;
use super::resolve::Resolve;
use super::socket::Socket;
use super::tls::Tls;
use super::tunnel;
use super::unparseable::not_tls;
use super::wire::Wire;
use crate::Result;
use crate::ports::{Observer, Origin, TransportError, TransportErrorKind};
use crate::protocol::address::host::{address_of, is_localhost};

pub(super) struct Connector {
    limit: Duration,
    resolver: Arc<dyn Resolve>,
    tls: Tls,
    /// Counts connections. The start is random, so that programs that start together use different addresses.
    turn: AtomicUsize,
    observer: Option<Arc<dyn Observer>>,
}

impl Connector {
    pub(super) fn new(
        limit: Duration,
        resolver: Arc<dyn Resolve>,
        tls: Tls,
        observer: Option<Arc<dyn Observer>>,
    ) -> Self {
        let turn = AtomicUsize::new(fastrand::usize(..));
        Self { limit, resolver, tls, turn, observer }
    }

    /// The time limit for opening a connection.
    pub(super) fn limit(&self) -> Duration {
        self.limit
    }

    pub(super) async fn connect(
        &self,
        origin: &Origin,
        proxy: Option<&Proxy>,
    ) -> Result<Connection, TransportError> {
        timeout(self.limit, self.establish(origin, proxy)).await.unwrap_or_else(|_| {
            let message = format!("connecting to {} timed out after {:?}", origin.authority, self.limit);
            Err(TransportError::new(TransportErrorKind::ConnectTimeout, message))
        })
    }

    async fn establish(&self, origin: &Origin, proxy: Option<&Proxy>) -> Result<Connection, TransportError> {
        let (runtime, started) = (Handle::current().id(), Instant::now());
        let mut wire = match proxy {
            Some(proxy) => self.reach_proxy(proxy).await.map_err(|error| match error.kind() {
                TransportErrorKind::Exhausted => error,
                _ => tunnel::failed(io::Error::other(format!("the proxy {proxy}: {}", innermost(&error)))),
            })?,
            None => Wire::new(self.reach(origin.host(), origin.port()).await?),
        };
        let channel = if origin.secure {
            if let Some(proxy) = proxy {
                tunnel::open(proxy, origin, &mut wire).await?;
            }
            let host = without_brackets(origin.host());
            let secured = self.tls.connect(host, wire.reading_ahead()).await;
            Channel::secure(Box::new(secured.map_err(|error| not_tls(origin, error))?))
        } else {
            Channel::plain(wire)
        };
        let opening = Opening { origin, runtime, started, observer: self.observer.as_ref() };
        Connection::new(opening, channel).await
    }

    async fn reach_proxy(&self, proxy: &Proxy) -> Result<Wire, TransportError> {
        let socket = self.reach(&proxy.host, proxy.port).await?;
        if !proxy.secure {
            return Ok(Wire::new(socket));
        }
        let stream = self.tls.connect(without_brackets(&proxy.host), socket).await?;
        Ok(Wire::new(Socket::ToProxy(Box::new(stream))))
    }

    /// Opens a socket to `host`.
    async fn reach(&self, host: &str, port: u16) -> Result<TcpStream, TransportError> {
        let host = without_brackets(host);
        let addresses = match address_of(host) {
            Some(address) => vec![SocketAddr::new(address, port)],
            // No resolver is involved: a name that counts as loopback connects to loopback.
            None if is_localhost(host) => vec![
                SocketAddr::new(Ipv4Addr::LOCALHOST.into(), port),
                SocketAddr::new(Ipv6Addr::LOCALHOST.into(), port),
            ],
            None => self.resolver.resolve(host, port).await.map_err(|error| {
                if let Some(exhausted) = descriptors::behind(&error) {
                    return TransportError::new(TransportErrorKind::Exhausted, exhausted);
                }
                TransportError::new(
                    TransportErrorKind::Dns,
                    io::Error::new(error.kind(), format!("{host}: {error}")),
                )
            })?,
        };
        let addresses = in_turn(addresses, self.turn.fetch_add(1, Relaxed));
        if addresses.is_empty() {
            return Err(TransportError::new(
                TransportErrorKind::Dns,
                format!("{host}: the name has no address"),
            ));
        }
        let socket = race(addresses).await.map_err(|error| match descriptors::of(&error) {
            Some(exhausted) => TransportError::new(TransportErrorKind::Exhausted, exhausted),
            None => TransportError::new(TransportErrorKind::Connect, error),
        })?;
        // Without this option the last packet of a request may wait for an acknowledgement.
        socket.set_nodelay(true).map_err(|error| TransportError::new(TransportErrorKind::Connect, error))?;
        Ok(socket)
    }
}

/// The innermost cause of an error.
fn innermost(error: &TransportError) -> String {
    let mut last = error as &dyn StdError;
    while let Some(cause) = last.source() {
        last = cause;
    }
    last.to_string()
}

/// The order of the addresses for connection number `turn`: the families alternate, starting with the family that the
/// resolver prefers, and each family starts one address further than for the previous connection.
fn in_turn(addresses: Vec<SocketAddr>, turn: usize) -> Vec<SocketAddr> {
    let Some(prefers_v6) = addresses.first().map(SocketAddr::is_ipv6) else { return addresses };
    let count = addresses.len();
    let (mut preferred, mut other): (Vec<_>, Vec<_>) =
        addresses.into_iter().partition(|address| address.is_ipv6() == prefers_v6);
    for family in [&mut preferred, &mut other] {
        // The resolver's order differs between lookups and would undo the rotation.
        family.sort_unstable();
        family.dedup();
        if let Some(start) = turn.checked_rem(family.len()) {
            family.rotate_left(start);
        }
    }
    let (mut preferred, mut other) = (preferred.into_iter(), other.into_iter());
    let pairs = std::iter::from_fn(|| {
        let pair = [preferred.next(), other.next()];
        pair.iter().any(Option::is_some).then_some(pair)
    });
    let mut ordered = Vec::with_capacity(count);
    ordered.extend(pairs.flatten().flatten());
    ordered
}

/// The first socket that opens. The next address is tried when one fails or is slow.
async fn race(addresses: Vec<SocketAddr>) -> io::Result<TcpStream> {
    let mut waiting = addresses.into_iter().peekable();
    let mut attempts = FuturesUnordered::new();
    let mut failure = io::Error::from(io::ErrorKind::AddrNotAvailable);
    loop {
        if let Some(address) = waiting.next() {
            attempts.push(open(address));
        }
        let ended = if waiting.peek().is_some() {
            timeout(HEAD_START, attempts.next()).await.ok()
        } else {
            Some(attempts.next().await)
        };
        match ended {
            Some(Some(Ok(socket))) => return Ok(socket),
            // A lack of descriptors is more informative than a missing address family.
            Some(Some(Err(error))) if descriptors::of(&failure).is_none() => failure = error,
            // All addresses failed.
            Some(None) => return Err(failure),
            // Slow: start the next one concurrently.
            Some(Some(Err(_))) | None => {}
        }
    }
}

async fn open(address: SocketAddr) -> io::Result<TcpStream> {
    TcpStream::connect(address).await.map_err(|error| match descriptors::of(&error) {
        Some(exhausted) => io::Error::other(exhausted),
        None => io::Error::new(error.kind(), format!("{address}: {error}")),
    })
}

fn without_brackets(host: &str) -> &str {
    host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host)
}

/// The delay before the next address is tried as well (RFC 8305).
const HEAD_START: Duration = Duration::from_millis(250);

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(texts: &[&str]) -> Vec<SocketAddr> {
        texts.iter().map(|text| SocketAddr::new(text.parse().unwrap(), 443)).collect()
    }

    #[test]
    fn each_connection_starts_at_the_next_address() {
        let found = || addresses(&["10.0.0.2", "10.0.0.1", "10.0.0.3"]);
        assert_eq!(in_turn(found(), 0), addresses(&["10.0.0.1", "10.0.0.2", "10.0.0.3"]));
        assert_eq!(in_turn(found(), 1), addresses(&["10.0.0.2", "10.0.0.3", "10.0.0.1"]));
        assert_eq!(in_turn(found(), 5), addresses(&["10.0.0.3", "10.0.0.1", "10.0.0.2"]));
    }

    #[tokio::test]
    async fn an_address_that_refuses_is_skipped() {
        // A bound socket that does not listen refuses connections and keeps its port reserved.
        let refusing = tokio::net::TcpSocket::new_v4().unwrap();
        refusing.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let good = listener.local_addr().unwrap();
        let socket = race(vec![refusing.local_addr().unwrap(), good]).await.unwrap();
        assert_eq!(socket.peer_addr().unwrap(), good);
    }

    #[test]
    fn the_families_take_turns() {
        let found = addresses(&["::1", "10.0.0.1", "::2", "10.0.0.2", "10.0.0.3"]);
        assert_eq!(in_turn(found, 0), addresses(&["::1", "10.0.0.1", "::2", "10.0.0.2", "10.0.0.3"]));
        assert_eq!(in_turn(Vec::new(), 3), []);
    }
}
