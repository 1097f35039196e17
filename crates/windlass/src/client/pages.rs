//! Answers that come in pages, as streams.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;

use super::{Client, Request};
use crate::operations::Paginated;
use crate::ports::BoxFuture;
use crate::{Error, Result};

impl<O: Paginated> Request<O> {
    /// All pages, each asked for when the one before was taken.
    pub fn pages(self) -> Pages<O> {
        let (client, operation) = self.into_parts();
        Pages { client, next: Some(operation), waiting: None }
    }

    /// The items of all pages, one by one. The next page is asked for when the one before is used up.
    pub fn items(self) -> Items<O> {
        Items { pages: self.pages(), items: Vec::new().into_iter() }
    }
}

/// The pages of a list: a [`Stream`], or [`try_next`](Self::try_next). After an error it ends.
pub struct Pages<O: Paginated> {
    client: Client,
    /// The request for the next page; None after the last.
    next: Option<O>,
    waiting: Option<BoxFuture<'static, (O, Result<O::Output>)>>,
}

/// The items of a list: a [`Stream`], or [`try_next`](Self::try_next). After an error it ends.
pub struct Items<O: Paginated> {
    pages: Pages<O>,
    items: std::vec::IntoIter<O::Item>,
}

impl<O: Paginated> Pages<O> {
    /// The next page; None after the last. Dropping the future loses nothing.
    ///
    /// # Errors
    /// The page could not be had, or the service would have the list go on for ever.
    pub async fn try_next(&mut self) -> Result<Option<O::Output>> {
        poll_fn(|context| self.poll(context)).await.transpose()
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<O::Output>>> {
        if self.waiting.is_none() {
            let Some(operation) = self.next.take() else { return Poll::Ready(None) };
            let client = self.client.clone();
            self.waiting = Some(Box::pin(async move {
                let page = client.run(&operation).await;
                (operation, page)
            }));
        }
        let Some(waiting) = &mut self.waiting else { return Poll::Ready(None) };
        let Poll::Ready((operation, page)) = waiting.as_mut().poll(context) else { return Poll::Pending };
        self.waiting = None;
        Poll::Ready(Some(page.and_then(|page| {
            self.next = operation.next(&page).map_err(|error: Error| {
                let target = operation.request().target;
                error.with_operation(O::NAME).with_target(target.bucket(), target.key())
            })?;
            Ok(page)
        })))
    }
}

impl<O: Paginated> Items<O> {
    /// The next item; None after the last. Dropping the future loses nothing.
    ///
    /// # Errors
    /// As for [`Pages::try_next`].
    pub async fn try_next(&mut self) -> Result<Option<O::Item>> {
        poll_fn(|context| self.poll(context)).await.transpose()
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<O::Item>>> {
        loop {
            if let Some(item) = self.items.next() {
                return Poll::Ready(Some(Ok(item)));
            }
            match self.pages.poll(context) {
                Poll::Ready(Some(Ok(page))) => self.items = O::items(page).into_iter(),
                Poll::Ready(Some(Err(error))) => return Poll::Ready(Some(Err(error))),
                Poll::Ready(None) => return Poll::Ready(None),
                Poll::Pending => return Poll::Pending,
            }
        }
    }
}

impl<O: Paginated + Unpin> Stream for Pages<O> {
    type Item = Result<O::Output>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll(context)
    }
}

impl<O: Paginated + Unpin> Stream for Items<O>
where
    O::Item: Unpin,
{
    type Item = Result<O::Item>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll(context)
    }
}

impl<O: Paginated> fmt::Debug for Pages<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages").field("next", &self.next).finish_non_exhaustive()
    }
}

impl<O: Paginated> fmt::Debug for Items<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items").field("buffered", &self.items.len()).finish_non_exhaustive()
    }
}
