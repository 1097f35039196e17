//! The test environment: a server with a bucket, a folder, and the program.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::sync::Semaphore;
use windlass::{Client, Credentials};
use windlass_server::{Action, Clock, Fault, Server, ServerBuilder};

pub(crate) const BUCKET: &str = "bucket";

pub(crate) struct World {
    runtime: Runtime,
    pub(crate) server: Server,
    pub(crate) client: Client,
    folder: TempDir,
}

/// A gate that holds requests.
#[derive(Clone)]
pub(crate) struct Gate {
    arrived: Arc<Semaphore>,
    open: Arc<Semaphore>,
}

impl Default for Gate {
    fn default() -> Self {
        Self { arrived: Arc::new(Semaphore::new(0)), open: Arc::new(Semaphore::new(0)) }
    }
}

impl Clock for Gate {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    fn sleep(&self, _: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let gate = self.clone();
        Box::pin(async move {
            gate.arrived.add_permits(1);
            gate.open.acquire().await.unwrap().forget();
        })
    }
}

/// The result of a run of the program.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) bytes: Vec<u8>,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(Server::builder())
    }

    /// A world whose server has a fixed clock.
    pub(crate) fn at(now: SystemTime) -> Self {
        Self::with(Server::builder().clock(move || now))
    }

    /// A world in which delayed requests wait at a gate.
    pub(crate) fn with_gate() -> (Self, Gate) {
        let gate = Gate::default();
        (Self::with(Server::builder().clock(gate.clone())), gate)
    }

    /// Waits until a request is at the gate, calls `act`, and releases the request.
    pub(crate) fn meanwhile(&self, gate: &Gate, act: impl FnOnce()) {
        self.runtime.block_on(gate.arrived.acquire()).unwrap().forget();
        act();
        gate.open.add_permits(1);
    }

    /// Creates another bucket.
    pub(crate) fn create_bucket(&self, name: &str) {
        self.runtime.block_on(async { self.client.create_bucket(name).await }).unwrap();
    }

    /// Stores an object in any bucket and returns its version id.
    pub(crate) fn put_in(&self, bucket: &str, key: &str, content: &'static str) -> String {
        let put = async { self.client.put_object(bucket, key, content).await };
        self.runtime.block_on(put).unwrap().version_id.unwrap_or_default()
    }

    fn with(server: ServerBuilder) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let server = runtime.block_on(server.memory().credentials("id", "secret").start()).unwrap();
        let client =
            Client::builder().endpoint(server.endpoint()).credentials(Credentials::new("id", "secret"));
        let client = client.region("us-east-1").build().unwrap();
        runtime.block_on(async { client.create_bucket(BUCKET).await }).unwrap();
        Self { runtime, server, client, folder: tempfile::tempdir().unwrap() }
    }

    /// Stores an object.
    pub(crate) fn put(&self, key: &str, content: &str) {
        self.runtime.block_on(async { self.client.put_object(BUCKET, key, content).await }).unwrap();
    }

    /// The objects of a bucket: keys and content.
    pub(crate) fn objects(&self, bucket: &str) -> BTreeMap<String, String> {
        self.runtime.block_on(async {
            let mut objects = BTreeMap::new();
            let mut items = self.client.list_objects_v2(bucket).items();
            while let Some(object) = items.try_next().await.unwrap() {
                let content =
                    self.client.get_object(bucket, &object.key).await.unwrap().body.text().await.unwrap();
                objects.insert(object.key, content);
            }
            objects
        })
    }

    pub(crate) fn keys(&self) -> Vec<String> {
        self.objects(BUCKET).into_keys().collect()
    }

    pub(crate) fn head(&self, key: &str) -> windlass::types::ObjectHead {
        self.runtime.block_on(async { self.client.head_object(BUCKET, key).await }).unwrap()
    }

    /// Enables versioning.
    pub(crate) fn keep_versions(&self) {
        self.keep_versions_of(BUCKET);
    }

    pub(crate) fn keep_versions_of(&self, bucket: &str) {
        self.runtime.block_on(async { self.client.put_bucket_versioning(bucket, "Enabled").await }).unwrap();
    }

    /// Starts an upload with these parts and returns its id.
    pub(crate) fn begin_upload(&self, key: &str, parts: &[&'static str]) -> String {
        self.runtime.block_on(async {
            let upload = self.client.create_multipart_upload(BUCKET, key).await.unwrap().upload_id;
            for (number, part) in (1..).zip(parts) {
                self.client.upload_part(BUCKET, key, &upload, number, *part).await.unwrap();
            }
            upload
        })
    }

    /// Starts an upload without parts in any bucket and returns its id.
    pub(crate) fn begin_upload_in(&self, bucket: &str, key: &str) -> String {
        let begin = async { self.client.create_multipart_upload(bucket, key).await };
        self.runtime.block_on(begin).unwrap().upload_id
    }

    /// The keys of unfinished uploads.
    pub(crate) fn uploads(&self) -> Vec<String> {
        self.runtime.block_on(async {
            let page = self.client.list_multipart_uploads(BUCKET).await.unwrap();
            page.uploads.into_iter().map(|upload| upload.key).collect()
        })
    }

    /// The working directory of the program.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder().join(name)
    }

    /// Writes a file, creating its parent folders.
    pub(crate) fn write(&self, name: &str, content: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// All files below a folder: paths and content.
    pub(crate) fn files(&self, name: &str) -> BTreeMap<String, String> {
        let mut files = BTreeMap::new();
        let mut folders = vec![self.path(name)];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).into_iter().flatten() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let relative = path.strip_prefix(self.path(name)).unwrap().to_str().unwrap().to_owned();
                    files.insert(relative, fs::read_to_string(&path).unwrap());
                }
            }
        }
        files
    }

    pub(crate) fn break_all(&self, operation: &str, action: Action) {
        self.server.faults().add(Fault::new(action).operation(operation));
    }

    /// Clears the server's log of requests.
    pub(crate) fn forget_requests(&self) {
        self.server.requests().clear();
    }

    /// The program, in an environment with only the server's address and keys.
    pub(crate) fn command<S: AsRef<str>>(&self, arguments: &[S]) -> Command {
        let mut command = self.bare_command(arguments);
        command
            .env("AWS_ENDPOINT_URL", self.server.endpoint())
            .env("AWS_REGION", "us-east-1")
            .env("AWS_ACCESS_KEY_ID", "id")
            .env("AWS_SECRET_ACCESS_KEY", "secret");
        command
    }

    /// The program in an empty environment.
    pub(crate) fn bare_command<S: AsRef<str>>(&self, arguments: &[S]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_windlass"));
        command.args(arguments.iter().map(AsRef::as_ref)).env_clear().env("HOME", self.folder());
        command.current_dir(self.folder()).stdin(Stdio::null());
        command
    }

    pub(crate) fn run<S: AsRef<str>>(&self, arguments: &[S]) -> Run {
        Run::of(self.command(arguments).output().unwrap())
    }

    /// Runs the program with `input` on standard input.
    pub(crate) fn run_with<S: AsRef<str>>(&self, input: &str, arguments: &[S]) -> Run {
        let mut command = self.command(arguments);
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // A program that does not read its input may have exited.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        Run::of(child.wait_with_output().unwrap())
    }
}

impl Run {
    pub(crate) fn of(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            bytes: output.stdout,
        }
    }

    /// Asserts the exit status.
    #[track_caller]
    pub(crate) fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        self
    }

    /// Asserts that standard error contains a text.
    #[track_caller]
    pub(crate) fn tells(self, text: &str) -> Self {
        assert!(self.stderr.contains(text), "no {text:?} in {}", self.stderr);
        self
    }
}

/// The URL of a key in the test bucket.
pub(crate) fn url(key: &str) -> String {
    format!("s3://{BUCKET}/{key}")
}
