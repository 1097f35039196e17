//! `ListMultipartUploads`.

use std::sync::Arc;

use s3s::{S3Response, dto};

use super::checksum_of;
use crate::refusal::Refusal;
use crate::s3::walk::{self, Entry, Page, Position, Spelling, Walk};
use crate::s3::{OWNER, Operations, checksums, owner, settings, timestamp};
use crate::store::{Place, UploadRecord};

impl Operations {
    pub(in crate::s3) fn list_uploads(
        &self,
        input: dto::ListMultipartUploadsInput,
    ) -> Result<S3Response<dto::ListMultipartUploadsOutput>, Refusal> {
        let spelling = Spelling::of(input.encoding_type.as_ref())?;
        let prefix = input.prefix.unwrap_or_default();
        let delimiter = input.delimiter.filter(|delimiter| !delimiter.is_empty());
        let marker = input.key_marker.unwrap_or_default();
        let id = input.upload_id_marker.unwrap_or_default();
        // The id has no effect without a key.
        let start = if marker.is_empty() || id.is_empty() {
            Walk::after_marker(&prefix, delimiter.as_deref(), &marker)
        } else {
            Position::AfterEntry(marker.clone(), id.clone())
        };
        let limit = walk::limit(input.max_uploads, "max-uploads")?;
        let walk = Walk { prefix: &prefix, delimiter: delimiter.as_deref(), start, limit };
        let page = walk.page(|place| self.upload_at(&input.bucket, place))?;
        let (next_key, next_id) = page.next.as_ref().map(|next| (next.text(), next.id())).unzip();
        Ok(S3Response::new(dto::ListMultipartUploadsOutput {
            common_prefixes: Some(walk::common_prefixes(&page, spelling)),
            uploads: Some(uploads(&page, spelling)),
            next_key_marker: next_key.map(|key| spelling.write(key)),
            next_upload_id_marker: next_id.map(str::to_owned),
            is_truncated: Some(page.next.is_some()),
            bucket: Some(input.bucket),
            delimiter: delimiter.map(|text| spelling.write(&text)),
            encoding_type: input.encoding_type,
            key_marker: Some(spelling.write(&marker)),
            max_uploads: i32::try_from(limit).ok(),
            prefix: Some(spelling.write(&prefix)),
            upload_id_marker: Some(id),
            ..Default::default()
        }))
    }

    fn upload_at(&self, bucket: &str, place: Place<'_>) -> Result<Option<Entry<Arc<UploadRecord>>>, Refusal> {
        let found = self.store.next_upload(bucket, place)?;
        Ok(found.map(|(id, record)| Entry { key: record.key.clone(), id, value: record }))
    }
}

fn uploads(page: &Page<Arc<UploadRecord>>, spelling: Spelling) -> Vec<dto::MultipartUpload> {
    let entry = |entry: &Entry<Arc<UploadRecord>>| {
        let (algorithm, kind) = checksum_of(&entry.value);
        dto::MultipartUpload {
            checksum_algorithm: Some(algorithm.to_owned().into()),
            checksum_type: Some(checksums::kind_name(kind).to_owned().into()),
            initiated: Some(timestamp(entry.value.initiated)),
            initiator: Some(dto::Initiator { display_name: None, id: Some(OWNER.to_owned()) }),
            key: Some(spelling.write(&entry.key)),
            owner: Some(owner()),
            storage_class: Some(settings::storage_class(&entry.value.settings).to_owned().into()),
            upload_id: Some(entry.id.clone()),
        }
    };
    page.entries.iter().map(entry).collect()
}
