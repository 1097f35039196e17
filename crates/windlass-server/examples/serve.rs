//! Runs a server until the process is killed: `serve [FOLDER] [ADDRESS]`. Prints its endpoint.

use windlass_server::Server;

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let mut builder = Server::builder().credentials("windlass", "windlass-secret");
    if let Some(folder) = arguments.next().filter(|folder| !folder.is_empty()) {
        builder = builder.folder(folder);
    }
    if let Some(address) = arguments.next() {
        builder = builder.listen(address);
    }
    let server = builder.start().await?;
    println!("{}", server.endpoint());
    std::future::pending().await
}
