//! A bounded LRU cache of open folders.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use super::platform::Folder;

/// Folders kept open between files, so that a folder of many files is opened once.
#[derive(Debug)]
pub(super) struct OpenFolders<K> {
    folders: HashMap<K, (Arc<Folder>, u64)>,
    uses: u64,
}

/// The maximum number of open folders. Files are copied folder by folder, so few are needed at a time; the default
/// limit of a process is 1,024 descriptors.
const LIMIT: usize = 64;

impl<K> Default for OpenFolders<K> {
    fn default() -> Self {
        Self { folders: HashMap::new(), uses: 0 }
    }
}

impl<K: Eq + Hash + Clone> OpenFolders<K> {
    pub(super) fn get<Q: Eq + Hash + ?Sized>(&mut self, key: &Q) -> Option<Arc<Folder>>
    where
        K: Borrow<Q>,
    {
        self.uses += 1;
        let (folder, used) = self.folders.get_mut(key)?;
        *used = self.uses;
        Some(Arc::clone(folder))
    }

    pub(super) fn insert(&mut self, key: K, folder: Arc<Folder>) {
        if self.folders.len() >= LIMIT && !self.folders.contains_key(&key) {
            let oldest = self.folders.iter().min_by_key(|(_, (_, used))| *used).map(|(key, _)| key.clone());
            if let Some(oldest) = oldest {
                self.folders.remove(&oldest);
            }
        }
        self.uses += 1;
        self.folders.insert(key, (folder, self.uses));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_recently_used_folder_is_closed() {
        let root = tempfile::tempdir().unwrap();
        let folder = Arc::new(Folder::open(root.path()).unwrap());
        let mut open = OpenFolders::default();
        for key in 0..LIMIT {
            open.insert(key, Arc::clone(&folder));
        }
        assert!(open.get(&0).is_some());
        open.insert(LIMIT, Arc::clone(&folder));
        assert!(open.get(&0).is_some() && open.get(&LIMIT).is_some() && open.get(&1).is_none());
        assert_eq!(open.folders.len(), LIMIT);
    }
}
