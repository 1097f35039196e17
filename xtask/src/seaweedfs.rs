//! Starts SeaweedFS: master, volume server, filer and S3 gateway in one process.

use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::Command;
use std::time::Duration;

use crate::Result;
use crate::endpoint::{Endpoint, VIRTUAL_HOST};
use crate::environment::Environment;
use crate::kept_process::{ENDED, KeptProcess};

/// Starts SeaweedFS and waits until it is ready.
pub(crate) fn start(environment: &Environment) -> Result<(KeptProcess, Endpoint)> {
    let mut attempts = 3;
    loop {
        attempts -= 1;
        match attempt(environment) {
            // Another process can take a port between the check and the start of the server.
            Err(error) if attempts > 0 && error.starts_with(ENDED) => {}
            outcome => return outcome.map_err(|error| format!("failed to start SeaweedFS: {error}")),
        }
    }
}

fn attempt(environment: &Environment) -> Result<(KeptProcess, Endpoint)> {
    let folder = environment.data_folder("seaweedfs")?;
    let identities = folder.join("s3.json");
    fs::write(&identities, identities_file())
        .map_err(|error| format!("{}: {error}", identities.display()))?;
    let [master, volume, filer, http, https] = free_ports()?;
    let option = |name: &str, value: &dyn std::fmt::Display| format!("-{name}={value}");
    let mut command = Command::new(environment.program("weed"));
    command
        .arg("server")
        .arg(option("dir", &folder.display()))
        .args(["-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-master.telemetry=false", "-filer", "-s3"])
        .arg(option("master.port", &master))
        .arg(option("volume.port", &volume))
        .arg(option("filer.port", &filer))
        .arg(option("s3.port", &http))
        .arg(option("s3.port.https", &https))
        .arg(option("filer.localSocket", &folder.join("filer.sock").display()))
        .arg(option("s3.localSocket", &folder.join("s3.sock").display()))
        .arg(option("s3.config", &identities.display()))
        .arg(option("s3.cert.file", &environment.certificate("server.pem").display()))
        .arg(option("s3.key.file", &environment.certificate("server.key").display()))
        .arg(option("s3.domainName", &VIRTUAL_HOST))
        .args(["-s3.port.iceberg=0", "-s3.port.lance=0", "-s3.allowDeleteBucketNotEmpty=false"])
        // Each bucket uses several volumes, and the tests create many buckets.
        .args(["-volume.max=1000", "-master.volumeSizeLimitMB=64"])
        .env("WEED_MASTER_VOLUME_GROWTH_COPY_1", "1")
        .env("WEED_S3_SSE_KEY", "windlass")
        // Prevents reading settings from the user's home.
        .env("HOME", &folder);
    let log = environment.logs().join("seaweedfs.log");
    let mut removed = vec![folder];
    for (service, port) in [("master", master), ("volume", volume), ("filer", filer), ("s3", http)] {
        // SeaweedFS has no setting for this path.
        removed.push(format!("/tmp/seaweedfs-{service}-grpc-{}.sock", port + GRPC).into());
    }
    let mut process = KeptProcess::start(&environment.program("python"), &removed, log, &command)?;
    process.poll(Duration::from_mins(1), || is_healthy(http) && is_listening(https))?;
    let endpoint = Endpoint {
        name: "SEAWEEDFS",
        http,
        https,
        access_key: ACCESS_KEY,
        secret_key: SECRET_KEY,
        region: "us-east-1",
    };
    Ok((process, endpoint))
}

fn identities_file() -> String {
    format!(
        r#"{{"identities": [{{"name": "windlass", "credentials": [{{"accessKey": "{ACCESS_KEY}", "secretKey": "{SECRET_KEY}"}}],
            "actions": ["Admin", "Read", "Write", "List", "Tagging"]}}]}}"#
    )
}

/// Finds free ports whose counterparts 10,000 above, the gRPC ports of SeaweedFS, are free, too. They are
/// below the range of ephemeral ports, since an outgoing connection could take such a port before the server
/// starts.
fn free_ports<const N: usize>() -> Result<[u16; N]> {
    let range = 10_000..22_000_u16;
    // Concurrent runs start at different ports.
    let offset = usize::try_from(std::process::id()).unwrap_or(0) * 7;
    let mut held = Vec::new();
    for port in range.clone().cycle().skip(offset % range.len()).take(range.len()) {
        if held.len() == N {
            break;
        }
        let bind = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port));
        if let (Ok(plain), Ok(grpc)) = (bind(port), bind(port + GRPC)) {
            held.push((port, plain, grpc));
        }
    }
    let ports: Vec<u16> = held.iter().map(|(port, ..)| *port).collect();
    ports.try_into().map_err(|_| "not enough free ports".into())
}

fn is_healthy(port: u16) -> bool {
    let ask = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    ask().is_ok_and(|answer| answer.starts_with("HTTP/1.1 200 "))
}

fn is_listening(port: u16) -> bool {
    TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()
}

/// The distance from the port of a service to its gRPC port.
const GRPC: u16 = 10_000;
const ACCESS_KEY: &str = "windlass-access";
const SECRET_KEY: &str = "windlass/secret+0123456789";

#[cfg(test)]
mod tests {
    use super::free_ports;

    #[test]
    fn free_ports_are_distinct_and_leave_room_for_grpc() {
        let mut ports: [u16; 5] = free_ports().unwrap();
        ports.sort_unstable();
        assert!(ports.windows(2).all(|pair| pair[0] < pair[1]), "{ports:?}");
        assert!(ports.iter().all(|port| (10_000..22_000).contains(port)), "{ports:?}");
    }
}
