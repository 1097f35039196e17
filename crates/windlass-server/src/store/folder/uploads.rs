//! Multipart uploads on disk: one folder for each upload in the folder of the bucket, with one file for the
//! record and one for each part. A part that is uploaded again gets the next generation of its name.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{FolderStore, FolderTree, file, reader};
use crate::refusal::Refusal;
use crate::store::uploads::UploadTable;
use crate::store::{ByteStream, PartRecord, Place, UploadName, UploadRecord, Uploads};

/// The file of a part.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct PartFile {
    number: u16,
    generation: u64,
}

impl PartFile {
    fn name(self) -> String {
        format!("{:05}-{}", self.number, self.generation)
    }

    fn of(name: &str) -> Option<Self> {
        let (number, generation) = name.split_once('-')?;
        Some(Self { number: number.parse().ok()?, generation: generation.parse().ok()? })
    }
}

#[async_trait::async_trait]
impl Uploads for FolderStore {
    fn create_upload(&self, bucket: &str, record: UploadRecord) -> Result<String, Refusal> {
        let mut tree = self.tree();
        let uploads = &mut tree.bucket(bucket)?.uploads;
        let id = self.0.ids.upload(&record.key, record.initiated);
        let draft = self.incoming_path();
        fs::create_dir(&draft)?;
        fs::write(draft.join(RECORD), serde_json::to_vec(&record).map_err(io::Error::from)?)?;
        let place = path(self, UploadName { bucket, key: &record.key, id: &id });
        if let Some(parent) = place.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::rename(draft, place)?;
        uploads.insert(id.clone(), record, BTreeMap::new());
        Ok(id)
    }

    fn upload(&self, upload: UploadName<'_>) -> Result<Arc<UploadRecord>, Refusal> {
        Ok(self.tree().upload(upload)?.record.clone())
    }

    fn next_upload(
        &self,
        bucket: &str,
        place: Place<'_>,
    ) -> Result<Option<(String, Arc<UploadRecord>)>, Refusal> {
        Ok(self.tree().bucket(bucket)?.uploads.next(place))
    }

    fn parts(&self, upload: UploadName<'_>) -> Result<BTreeMap<u16, PartRecord>, Refusal> {
        Ok(self.tree().upload(upload)?.records())
    }

    async fn read_part(
        &self,
        upload: UploadName<'_>,
        number: u16,
    ) -> Result<Option<(PartRecord, ByteStream)>, Refusal> {
        let (record, file) = {
            let mut tree = self.tree();
            let parts = &tree.upload(upload)?.parts;
            let Some((record, part)) = parts.get(&number) else { return Ok(None) };
            (record.clone(), File::open(path(self, upload).join(part.name()))?)
        };
        let size = record.size;
        Ok(Some((record, reader::stream(file, 0, size).await?)))
    }

    fn abort_upload(&self, upload: UploadName<'_>) -> Result<(), Refusal> {
        let mut tree = self.tree();
        tree.upload(upload)?;
        forget(self, &mut tree, upload)
    }
}

/// Moves the file of a part to its final path and removes the previous one.
pub(super) fn publish_part(
    store: &FolderStore,
    upload: UploadName<'_>,
    number: u16,
    record: PartRecord,
    publish: impl FnOnce(&[u8], &Path) -> io::Result<()>,
) -> Result<(), Refusal> {
    let mut tree = store.tree();
    let parts = &mut tree.upload(upload)?.parts;
    let before = parts.get(&number).map(|(_, part)| *part);
    let part = PartFile { number, generation: before.map_or(0, |part| part.generation + 1) };
    let folder = path(store, upload);
    publish(&file::to_bytes(&record)?, &folder.join(part.name()))?;
    parts.insert(number, (record, part));
    if let Some(before) = before {
        fs::remove_file(folder.join(before.name()))?;
    }
    Ok(())
}

/// Removes an upload if it exists.
pub(super) fn forget(
    store: &FolderStore,
    tree: &mut FolderTree,
    upload: UploadName<'_>,
) -> Result<(), Refusal> {
    let grave = store.incoming_path();
    fs::rename(path(store, upload), &grave)?;
    tree.bucket(upload.bucket)?.uploads.remove(upload.key, upload.id);
    Ok(fs::remove_dir_all(grave)?)
}

/// Reads the uploads of a bucket when the store is opened.
pub(super) fn read(bucket: &Path, uploads: &mut UploadTable<PartFile>) -> io::Result<()> {
    let folders = match fs::read_dir(bucket.join(FOLDER)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        folders => folders?,
    };
    for folder in folders {
        let folder = folder?;
        let Ok(id) = folder.file_name().into_string() else { continue };
        let record: UploadRecord = file::read_json(&folder.path().join(RECORD))?;
        uploads.insert(id, record, read_parts(&folder.path())?);
    }
    Ok(())
}

fn read_parts(folder: &Path) -> io::Result<BTreeMap<u16, (PartRecord, PartFile)>> {
    let mut files = Vec::new();
    for file in fs::read_dir(folder)? {
        files.extend(file?.file_name().to_str().and_then(PartFile::of));
    }
    files.sort_unstable();
    let mut newest: BTreeMap<u16, PartFile> = BTreeMap::new();
    for file in files {
        if let Some(before) = newest.insert(file.number, file) {
            // Left over if the process was killed between the rename and the removal.
            fs::remove_file(folder.join(before.name()))?;
        }
    }
    newest
        .into_iter()
        .map(|(number, part)| Ok((number, (file::read(&folder.join(part.name()))?, part))))
        .collect()
}

fn path(store: &FolderStore, upload: UploadName<'_>) -> PathBuf {
    store.bucket_path(upload.bucket).join(FOLDER).join(upload.id)
}

/// In the folder of a bucket. No object file has this name.
const FOLDER: &str = "uploads";
const RECORD: &str = "upload.json";
