//! TLS with rustls and ring, and with the system's root certificates or a bundle. The roots are loaded for the first
//! TLS connection, because they take longer than a small command.

use std::error::Error as StdError;
use std::io;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rustls::client::WebPkiServerVerifier;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{CipherSuite, ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::failures::{invalid_setting, unusable};
use super::verifier::{AnyCertificate, BundleVerifier, is_of_authority};
use crate::Result;
use crate::ports::{TransportError, TransportErrorKind};

pub(super) struct Tls {
    trust: Trust,
    config: OnceLock<Arc<ClientConfig>>,
    /// The system's root certificates once they are loaded. Until then requests wait for a thread, which continues if
    /// the runtime of the first request stops.
    roots: Arc<Mutex<Option<Arc<RootCertStore>>>>,
}

/// The trusted certificates.
enum Trust {
    System,
    Bundle(Vec<CertificateDer<'static>>, Arc<RootCertStore>),
    Anybody,
}

impl Tls {
    pub(super) fn new(ca_bundle: Option<&[u8]>, accepts_any_certificate: bool) -> Result<Self> {
        let trust = match ca_bundle {
            _ if accepts_any_certificate => Trust::Anybody,
            Some(bundle) => parse(bundle)?,
            None => Trust::System,
        };
        Ok(Self { trust, config: OnceLock::new(), roots: Arc::default() })
    }

    /// Performs the TLS handshake with `host`, an address without brackets, over `wire`.
    pub(super) async fn connect<W>(&self, host: &str, wire: W) -> Result<TlsStream<W>, TransportError>
    where
        W: AsyncRead + AsyncWrite + Unpin,
    {
        let name = match host.parse::<IpAddr>() {
            Ok(address) => ServerName::IpAddress(address.to_canonical().into()),
            Err(_) => ServerName::try_from(host.to_owned()).map_err(unusable)?,
        };
        let config = if let Some(config) = self.config.get() {
            config
        } else {
            let config = self.configure().await?;
            self.config.get_or_init(|| config)
        };
        let connecting = TlsConnector::from(Arc::clone(config))
            .connect_with(name, wire, |connection| connection.set_buffer_limit(Some(ENCRYPTED_AT_ONCE)));
        connecting.await.map_err(|error| {
            if error.get_ref().and_then(|inner| inner.downcast_ref()).is_some_and(is_of_authority) {
                return TransportError::new(TransportErrorKind::Tls, OF_AUTHORITY);
            }
            let kind = if is_refusal(&error) { TransportErrorKind::Tls } else { TransportErrorKind::Connect };
            TransportError::new(kind, error)
        })
    }

    async fn configure(&self) -> Result<Arc<ClientConfig>, TransportError> {
        let failed =
            |error: Box<dyn StdError + Send + Sync>| TransportError::new(TransportErrorKind::Tls, error);
        let provider = Arc::new(provider());
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| failed(error.into()))?;
        let builder = match &self.trust {
            Trust::System => {
                let kept = Arc::clone(&self.roots);
                let roots = tokio::task::spawn_blocking(move || {
                    let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                    let roots = match &*kept {
                        Some(roots) => Arc::clone(roots),
                        None => Arc::new(system_roots()?),
                    };
                    *kept = Some(Arc::clone(&roots));
                    Ok::<_, io::Error>(roots)
                });
                let roots = roots.await.map_err(|error| failed(error.into()))?;
                builder.with_root_certificates(roots.map_err(|error| failed(error.into()))?)
            }
            Trust::Bundle(bundle, roots) => {
                let authorities = WebPkiServerVerifier::builder_with_provider(Arc::clone(roots), provider);
                let authorities = authorities.build().map_err(|error| failed(error.into()))?;
                let verifier = BundleVerifier { authorities, bundle: bundle.clone() };
                builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier))
            }
            Trust::Anybody => {
                builder.dangerous().with_custom_certificate_verifier(Arc::new(AnyCertificate(provider)))
            }
        };
        let mut config = builder.with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }
}

const OF_AUTHORITY: &str = "the server has a self-signed CA certificate that is not itself in the bundle \
                            of trusted certificates";

/// Ring, with AES-128 before other ciphers, which is S3's own preference: it is secure and takes 10 % less time.
fn provider() -> CryptoProvider {
    let mut provider = rustls::crypto::ring::default_provider();
    provider.cipher_suites.sort_by_key(|suite| !is_aes_128(suite.suite()));
    provider
}

fn is_aes_128(suite: CipherSuite) -> bool {
    matches!(
        suite,
        CipherSuite::TLS13_AES_128_GCM_SHA256
            | CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
            | CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
    )
}

/// The size of the write buffer: seven TLS records. The kernel takes 64 KiB at once, and with the TLS overhead four or
/// eight records exceed one or two such blocks by a few bytes, which would be sent as a separate packet. At 128 KiB
/// glibc's allocator would also return the memory to the system after every write.
const ENCRYPTED_AT_ONCE: usize = 7 * (16 << 10);

/// Whether TLS itself failed; a connection that broke in the meantime is no TLS failure.
pub(super) fn is_refusal(error: &(dyn StdError + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<rustls::Error>() {
            return true;
        }
        // The source of an `io::Error` is the cause of the error that it wraps, not the wrapped error.
        cause = match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    false
}

fn parse(bundle: &[u8]) -> Result<Trust> {
    let mut roots = RootCertStore::empty();
    let mut certificates = Vec::new();
    for certificate in CertificateDer::pem_slice_iter(bundle) {
        let certificate = certificate
            .map_err(|error| invalid_setting("the certificate bundle is not valid PEM").with_source(error))?;
        certificates.push(certificate.clone());
        roots.add(certificate).map_err(|error| {
            invalid_setting("the certificate bundle contains an invalid certificate").with_source(error)
        })?;
    }
    if roots.is_empty() {
        return Err(invalid_setting("the certificate bundle contains no PEM certificate"));
    }
    Ok(Trust::Bundle(certificates, Arc::new(roots)))
}

fn system_roots() -> io::Result<RootCertStore> {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    // The system's store may contain certificates that rustls rejects: the others remain usable.
    roots.add_parsable_certificates(found.certs);
    if !roots.is_empty() {
        return Ok(roots);
    }
    Err(found.errors.into_iter().next().map_or_else(
        || io::Error::new(io::ErrorKind::NotFound, "the system has no root certificates: set a CA bundle"),
        io::Error::other,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustls::SupportedCipherSuite;

    /// loonfs#209: the first connection is on a runtime that is no longer driven.
    #[test]
    fn certificates_load_independently_of_the_runtime() {
        let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (first, second) = (runtime(), runtime());
        let tls = Tls::new(None, false).unwrap();
        let (near, _far) = tokio::io::duplex(64);
        let mut stuck = std::pin::pin!(tls.connect("bucket.test", near));
        first.block_on(std::future::poll_fn(|context| {
            assert!(stuck.as_mut().poll(context).is_pending());
            std::task::Poll::Ready(())
        }));
        // The peer of the second connection is gone: the connection waits only for the certificates.
        let (near, _) = tokio::io::duplex(64);
        let connected = second.block_on(async {
            let limit = std::time::Duration::from_secs(20);
            tokio::time::timeout(limit, tls.connect("bucket.test", near)).await
        });
        assert!(connected.expect("the first runtime holds up the second").is_err());
    }

    #[test]
    fn the_cheapest_aes_is_offered_first() {
        let suites = provider().cipher_suites;
        assert_eq!(
            suites.first().map(SupportedCipherSuite::suite),
            Some(CipherSuite::TLS13_AES_128_GCM_SHA256)
        );
        assert_eq!(suites.len(), rustls::crypto::ring::default_provider().cipher_suites.len());
    }
}
