//! The two stores, for tests of what must hold in both; and over a restart where there is one.

use tempfile::TempDir;

use crate::signer::{Client, builder};

/// A server over one of the stores.
pub(crate) struct Place {
    pub(crate) client: Client,
    folder: Option<TempDir>,
}

impl Place {
    /// A server over a folder, with a bucket named `bucket`.
    pub(crate) async fn in_folder() -> Self {
        let [_, place] = places().await;
        place
    }

    /// Stops the server and starts it again over the same folder. Memory has nothing to come back to.
    pub(crate) fn restart(&mut self) {
        if let Some(folder) = &self.folder {
            // The folder has one server at a time.
            self.client = Client::new(builder().0.build().unwrap());
            self.client = open(folder);
        }
    }

    /// Where the folder store keeps an upload.
    pub(crate) fn upload_folder(&self, id: &str) -> std::path::PathBuf {
        self.folder.as_ref().unwrap().path().join("buckets/bucket/uploads").join(id)
    }

    /// How many files the folder holds, those of the store itself left out.
    pub(crate) fn files(&self) -> usize {
        let folder = self.folder.as_ref().map(|folder| folder.path().join("buckets"));
        folder.map_or(0, |folder| count(&folder))
    }
}

/// A server over each store, with a bucket named `bucket`.
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
