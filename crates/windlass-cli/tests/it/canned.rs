//! A scripted service, for responses that no server gives on demand.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex};

use crate::world::{Run, World};

/// The parts of a request that tests inspect.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// The path and query.
    pub(crate) target: String,
    pub(crate) body: String,
}

/// The service. It ends with the test process.
pub(crate) struct Canned {
    address: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Canned {
    /// Responds to each request with the status and body from `answer`.
    pub(crate) fn new(answer: impl Fn(&Request) -> (u16, String) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = requests.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(stream) = stream else { continue };
                let Some(request) = read(&stream) else { continue };
                let (status, body) = answer(&request);
                let is_head = request.method == "HEAD";
                seen.lock().unwrap().push(request);
                let head = format!(
                    "HTTP/1.1 {status} X\r\nconnection: close\r\netag: \"e\"\r\ncontent-length: {}\r\n\r\n",
                    body.len()
                );
                let body = if is_head { "" } else { body.as_str() };
                let _ = (&stream).write_all((head + body).as_bytes());
            }
        });
        Self { address, requests }
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// The program with this service as endpoint.
    pub(crate) fn command(&self, world: &World, arguments: &[&str]) -> Command {
        let mut command = world.command(arguments);
        command.env("AWS_ENDPOINT_URL", format!("http://{}", self.address));
        command
    }

    pub(crate) fn run(&self, world: &World, arguments: &[&str]) -> Run {
        Run::of(self.command(world, arguments).output().unwrap())
    }
}

fn read(stream: &TcpStream) -> Option<Request> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split(' ');
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        if header.trim().is_empty() {
            break;
        }
        if let Some(value) = header.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Request { method, target, body: String::from_utf8_lossy(&body).into_owned() })
}
