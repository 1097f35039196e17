//! The strict server of this workspace, in the process of the test.

use std::ops::Deref;

use windlass_server::Server;

use super::deviations::WINDLASS_SERVER;
use crate::real_servers::RealServer;

/// A server in memory, which stops when this is dropped.
pub(super) struct InProcess {
    reached: RealServer,
    _server: Server,
}

impl Deref for InProcess {
    type Target = RealServer;

    fn deref(&self) -> &RealServer {
        &self.reached
    }
}

/// It has no TLS: probes of https run over http.
pub(super) async fn start() -> InProcess {
    let server = Server::builder().memory().credentials("id", "secret").start().await.unwrap();
    let reached = RealServer {
        name: WINDLASS_SERVER,
        endpoint: server.endpoint(),
        tls_endpoint: server.endpoint(),
        access_key: "id".to_owned(),
        secret_key: "secret".to_owned(),
        region: "us-east-1".to_owned(),
        ca_bundle: None,
        verifies_signatures: true,
        keeps_path_keys: true,
    };
    InProcess { reached, _server: server }
}
