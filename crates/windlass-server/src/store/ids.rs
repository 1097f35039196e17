//! Ids of versions and uploads. A store never issues an id twice, even across restarts.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256};

use crate::encode;

/// A source of ids.
#[derive(Debug, Default)]
pub(super) struct Ids {
    seed: u64,
    count: AtomicU64,
}

impl Ids {
    /// Creates a source whose ids are unique across processes. The default one repeats the same ids in each
    /// process.
    pub(super) fn lasting() -> Self {
        Self { seed: RandomState::new().build_hasher().finish(), count: AtomicU64::new(0) }
    }

    /// Returns an id for a version of this key.
    pub(super) fn version(&self, key: &str) -> String {
        self.digest(self.next(), key)
    }

    /// Returns an id for an upload that is created at `now`, in milliseconds since 1970. Ids sort by creation
    /// time.
    pub(super) fn upload(&self, key: &str, now: i64) -> String {
        let count = self.next();
        format!("{now:012x}{count:08x}{}", self.digest(count, key))
    }

    fn next(&self) -> u64 {
        self.count.fetch_add(1, Ordering::Relaxed)
    }

    fn digest(&self, count: u64, key: &str) -> String {
        let digest = encode::hex(&Sha256::digest(format!("{}/{count}/{key}", self.seed)));
        digest.get(..32).unwrap_or_default().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_upload_ids_sort_by_age() {
        let ids = Ids::default();
        assert_ne!(ids.version("k"), ids.version("k"));
        let uploads = [1_369_353_600_000, 1_369_353_600_000, 1_369_353_600_001, 1_969_353_600_000];
        let uploads = uploads.map(|now| ids.upload("k", now));
        assert!(uploads.is_sorted_by(|left, right| left < right), "{uploads:?}");
        assert_eq!(Ids::default().version("k"), Ids::default().version("k"), "default ids are deterministic");
        assert_ne!(Ids::lasting().version("k"), Ids::lasting().version("k"));
    }
}
