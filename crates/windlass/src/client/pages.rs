//! Paginated responses as streams.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;

use super::{Client, Request};
use crate::operations::Paginated;
use crate::ports::BoxFuture;
use crate::{Error, ErrorKind, Result};

impl<O: Paginated> Request<O> {
    /// Returns a stream of all pages. Each page is requested when the stream is polled for it.
    pub fn pages(self) -> Pages<O> {
        let (client, operation) = self.into_parts();
        Pages { client, next: Some(Ok(operation)), waiting: None, seen: Seen::default(), empty: 0 }
    }

    /// Returns a stream of the items of all pages. The next page is requested when the current one is used up.
    pub fn items(self) -> Items<O> {
        Items { pages: self.pages(), items: Vec::new().into_iter() }
    }
}

/// The pages of a list: a [`Stream`], or [`try_next`](Self::try_next). The stream ends after an error.
pub struct Pages<O: Paginated> {
    client: Client,
    /// The request for the next page, or the error that prevents it; None after the last page.
    next: Option<Result<O>>,
    waiting: Option<BoxFuture<'static, (O, Result<O::Output>)>>,
    seen: Seen,
    /// The number of consecutive empty pages.
    empty: u32,
}

/// Services may send empty pages while they skip many deleted objects, but not without limit.
const MOST_EMPTY_PAGES: u32 = 1_000;

/// Detects cycles in a list with one stored token: Brent, "An improved Monte Carlo factorization algorithm", 1980. A
/// cycle of n pages is detected within 3n pages.
#[derive(Debug, Default)]
struct Seen {
    kept: Option<String>,
    since: u64,
    limit: u64,
}

/// The items of a list: a [`Stream`], or [`try_next`](Self::try_next). The stream ends after an error.
pub struct Items<O: Paginated> {
    pages: Pages<O>,
    items: std::vec::IntoIter<O::Item>,
}

impl<O: Paginated> Pages<O> {
    /// Returns the next page; None after the last one. Dropping the future loses nothing.
    ///
    /// # Errors
    /// Fails if the request fails or the list would never end.
    pub async fn try_next(&mut self) -> Result<Option<O::Output>> {
        poll_fn(|context| self.poll(context)).await.transpose()
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<O::Output>>> {
        if self.waiting.is_none() {
            let operation = match self.next.take() {
                Some(Ok(operation)) => operation,
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            };
            let client = self.client.clone();
            self.waiting = Some(Box::pin(async move {
                let page = client.run(&operation).await;
                (operation, page)
            }));
        }
        let Some(waiting) = &mut self.waiting else { return Poll::Ready(None) };
        let Poll::Ready((operation, page)) = waiting.as_mut().poll(context) else { return Poll::Pending };
        self.waiting = None;
        if let Ok(page) = &page {
            // An error in the marker is returned after the items of the page.
            self.next = self.after(&operation, page).transpose();
        }
        Poll::Ready(Some(page))
    }

    fn after(&mut self, operation: &O, page: &O::Output) -> Result<Option<O>> {
        let named = |error: Error| {
            let target = operation.draft().target;
            error.with_operation(O::NAME).with_target(target.bucket(), target.key())
        };
        let next = operation.next(page).map_err(named)?;
        self.empty = if O::is_empty(page) { self.empty + 1 } else { 0 };
        if self.empty >= MOST_EMPTY_PAGES && next.is_some() {
            let message = format!(
                "the service sent {MOST_EMPTY_PAGES} empty pages in a row, and the list is still truncated"
            );
            return Err(named(Error::new(ErrorKind::InvalidResponse, message)));
        }
        if let Some(token) = next.as_ref().and_then(O::token)
            && self.seen.again(&token)
        {
            let message = "the service repeats a continuation token: the list would never end";
            return Err(named(Error::new(ErrorKind::InvalidResponse, message)));
        }
        Ok(next)
    }
}

impl Seen {
    /// Whether `token` repeats.
    fn again(&mut self, token: &str) -> bool {
        if self.kept.as_deref() == Some(token) {
            return true;
        }
        if self.since == self.limit {
            self.kept = Some(token.to_owned());
            self.limit = (2 * self.limit).max(1);
            self.since = 0;
        }
        self.since += 1;
        false
    }
}

impl<O: Paginated> Items<O> {
    /// Returns the next item; None after the last one. Dropping the future loses nothing.
    ///
    /// # Errors
    /// The errors of [`Pages::try_next`].
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
