//! Deletes all objects of a list while it is listed.

use std::future::IntoFuture;

use futures_util::TryStreamExt as _;
use futures_util::stream;

use super::delete_many::{CONCURRENCY, after, batches, delete_batch};
use crate::operations::{DeleteError, DeleteObjects, ListObjectsV2, ObjectIdentifier, Paginated};
use crate::ports::BoxFuture;
use crate::{Client, Request, Result};

impl Client {
    /// Deletes all objects whose keys begin with `prefix`. An empty prefix deletes all objects of the bucket.
    /// Listing and deletion overlap; objects are deleted in concurrent batches of 1,000.
    ///
    /// In a versioned bucket this adds delete markers.
    /// `client.list_object_versions(bucket).prefix(prefix).delete_all()` deletes all versions permanently.
    ///
    /// ```no_run
    /// # async fn example(client: windlass::Client) -> windlass::Result<()> {
    /// let outcome = client.delete_prefix("logs", "2025/").await?;
    /// println!("{} deleted, {} failed", outcome.deleted, outcome.errors.len());
    /// # Ok(())
    /// # }
    /// ```
    pub fn delete_prefix(
        &self,
        bucket: impl Into<String>,
        prefix: impl Into<String>,
    ) -> DeleteListed<ListObjectsV2> {
        self.list_objects_v2(bucket).prefix(prefix).delete_all()
    }
}

impl<O> Request<O>
where
    O: Paginated,
    O::Item: Into<ObjectIdentifier>,
{
    /// Deletes all objects of the list.
    pub fn delete_all(self) -> DeleteListed<O> {
        let (client, list) = self.into_parts();
        DeleteListed { client, list, concurrency: CONCURRENCY }
    }
}

/// A batch deletion. It starts when it is awaited.
#[must_use = "deletions do nothing unless awaited"]
#[derive(Clone, Debug)]
pub struct DeleteListed<O> {
    client: Client,
    list: O,
    concurrency: usize,
}

/// The result of deleting all objects of a list.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct DeleteListedOutput {
    /// The number of deleted objects.
    pub deleted: u64,
    /// The objects that were not deleted, with their errors.
    pub errors: Vec<DeleteError>,
}

impl<O> DeleteListed<O>
where
    O: Paginated + Unpin,
    O::Item: Into<ObjectIdentifier>,
{
    /// Sets the number of delete requests in flight. 4 by default.
    pub fn concurrency(mut self, requests: usize) -> Self {
        self.concurrency = requests.max(1);
        self
    }

    /// Deletes the objects. Equivalent to `.await`.
    ///
    /// # Errors
    /// A page of the list failed. The message has the numbers of objects that were deleted before and that
    /// failed.
    pub async fn send(self) -> Result<DeleteListedOutput> {
        let bucket = self.list.draft().target.bucket().to_owned();
        let operation = DeleteObjects::new(bucket, Vec::new());
        let (client, operation) = (&self.client, &operation);
        let pages = client.request(self.list).pages();
        let outcomes = pages
            .map_ok(|page| {
                let objects = O::items(page).into_iter().map(Into::into).collect();
                stream::iter(batches(objects).map(Ok))
            })
            .try_flatten()
            .map_ok(|batch| async { Ok(delete_batch(client, operation, batch).await) })
            .try_buffer_unordered(self.concurrency);
        let mut outcomes = std::pin::pin!(outcomes);
        let mut all = DeleteListedOutput::default();
        loop {
            match outcomes.try_next().await {
                Ok(Some(batch)) => {
                    all.deleted += batch.deleted.len() as u64;
                    all.errors.extend(batch.errors);
                }
                Ok(None) => return Ok(all),
                Err(error) => return Err(after(error, all.deleted, all.errors.len())),
            }
        }
    }
}

impl<O> IntoFuture for DeleteListed<O>
where
    O: Paginated + Unpin,
    O::Item: Into<ObjectIdentifier>,
{
    type Output = Result<DeleteListedOutput>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}
