//! Both stores, for tests of shared behaviour, with restarts of the folder store.

use tempfile::TempDir;

use crate::signer::{Client, builder};

/// A server with one of the stores.
pub(crate) struct Place {
    pub(crate) client: Client,
    folder: Option<TempDir>,
}

impl Place {
    /// Starts a server with a folder store and a bucket named `bucket`.
    pub(crate) async fn in_folder() -> Self {
        let [_, place] = places().await;
        place
    }

    /// Restarts the server with the same folder. No effect for memory.
    pub(crate) fn restart(&mut self) {
        if let Some(folder) = &self.folder {
            // The folder is locked: the old server must go first.
            self.client = Client::new(builder().0.build().unwrap());
            self.client = open(folder);
        }
    }

    /// Returns the folder of an upload in the folder store.
    pub(crate) fn upload_folder(&self, id: &str) -> std::path::PathBuf {
        self.folder.as_ref().unwrap().path().join("buckets/bucket/uploads").join(id)
    }

    /// Returns the number of files in the folder, without those of the store itself.
    pub(crate) fn files(&self) -> usize {
        let folder = self.folder.as_ref().map(|folder| folder.path().join("buckets"));
        folder.map_or(0, |folder| count(&folder))
    }
}

/// Returns a server for each store, with a bucket named `bucket`.
pub(crate) async fn places() -> [Place; 2] {
    let folder = tempfile::tempdir().unwrap();
    let places = [
        Place { client: Client::new(builder().0.build().unwrap()), folder: None },
        Place { client: open(&folder), folder: Some(folder) },
    ];
    for place in &places {
        place.client.call("PUT", "/bucket").await.expect(200);
    }
    places
}

fn open(folder: &TempDir) -> Client {
    Client::new(builder().0.folder(folder.path()).build().unwrap())
}

fn count(folder: &std::path::Path) -> usize {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| if path.is_dir() { count(&path) } else { 1 }).sum()
}
