//! The main loop: drafts an operation and sends attempts until one succeeds or recovery ends it.

use std::pin::pin;

use super::context::Kind;
use super::exchange::Exchange;
use super::reconcile::UnconfirmedWrite;
use super::recovery::Next;
use super::report::Attempted;
use super::span::Span;
use super::{Client, named, reconcile, response_body};
use crate::operations::Operation;
use crate::{Error, Result};

/// A request that failed permanently.
pub(super) struct Failure {
    pub(super) error: Error,
    /// Set if an attempt of a write may have taken effect although its response was lost.
    pub(super) unconfirmed: Option<Box<UnconfirmedWrite>>,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self { error, unconfirmed: None }
    }
}

/// The name and value of a checksum header.
pub(crate) type SentChecksum = (&'static str, String);

impl Client {
    /// Sends an operation until it succeeds or fails permanently. Reconciles a write with a lost response.
    pub(crate) async fn run<O: Operation>(&self, operation: &O) -> Result<O::Output> {
        let mut span = Span::default();
        match self.run_attempts(operation, None, None, &mut span).await {
            Ok(output) => Ok(output),
            Err(failure) => self.reconciled(operation, failure, &mut span).await,
        }
    }

    /// Like [`run`](Self::run), and returns the checksum of the body.
    pub(crate) async fn run_with_checksum<O: Operation>(
        &self,
        operation: &O,
    ) -> Result<(O::Output, Option<SentChecksum>)> {
        let (mut checksum, mut span) = (None, Span::default());
        match self.run_attempts(operation, Some(&mut checksum), None, &mut span).await {
            Ok(output) => Ok((output, checksum)),
            Err(failure) => Ok((self.reconciled(operation, failure, &mut span).await?, None)),
        }
    }

    /// Sends an operation as part of the request `parent`, without reconciling it.
    pub(super) async fn run_unreconciled<O: Operation>(
        &self,
        operation: &O,
        parent: Option<u64>,
    ) -> Result<O::Output> {
        let mut span = Span::default();
        self.run_attempts(operation, None, parent, &mut span).await.map_err(|failure| {
            span.fail(&failure.error);
            failure.error
        })
    }

    /// The loop, generic over the operation. The caller ends the span of a failure.
    async fn run_attempts<O: Operation>(
        &self,
        operation: &O,
        checksum: Option<&mut Option<SentChecksum>>,
        parent: Option<u64>,
        span: &mut Span,
    ) -> Result<O::Output, Failure> {
        let mut draft = self.draft(operation);
        *span = Span::begin(&self.state, O::NAME, draft.target, parent);
        self.check(&mut draft).map_err(|error| named(error, O::NAME, draft.target))?;
        self.guard_subresource(&draft, O::NAME, span.id())
            .await
            .map_err(|error| named(error, O::NAME, draft.target))?;
        let mut exchange = Exchange::new(&self.state, &draft, Kind::of::<O>(), span);
        loop {
            let Attempted { outcome, report } = exchange.attempt().await;
            exchange.span.attempted(&report);
            let response = outcome.and_then(|received| response_body::response(&mut exchange, received));
            match response.and_then(|response| operation.parse(response)) {
                Ok(output) => {
                    exchange.succeeded(&report);
                    if let Some(checksum) = checksum {
                        *checksum = exchange.sent_checksum();
                    }
                    exchange.span.accept();
                    return Ok(output);
                }
                Err(error) => {
                    let error = named(error, O::NAME, draft.target);
                    // Boxed: a request that succeeds does not need its memory.
                    match Box::pin(exchange.recover(error, report)).await {
                        Next::Retry => {}
                        Next::Fail(error) => {
                            return Err(Failure { error, unconfirmed: exchange.unconfirmed_write() });
                        }
                    }
                }
            }
        }
    }

    async fn reconciled<O: Operation>(
        &self,
        operation: &O,
        failure: Failure,
        span: &mut Span,
    ) -> Result<O::Output> {
        let outcome = match failure {
            Failure { error, unconfirmed: None } => Err(error),
            Failure { error, unconfirmed: Some(write) } => {
                Box::pin(reconcile::reconcile(self, operation, error, *write, span.id())).await
            }
        };
        let outcome = outcome.map_err(|error| self.state.with_hint_at_endpoint(error));
        span.end(&outcome);
        outcome
    }
}

impl Exchange<'_> {
    /// One attempt: admitted, prepared, sent and checked.
    pub(super) async fn attempt(&mut self) -> Attempted {
        let (state, deadline) = (self.state, self.deadline);
        // Sign after all waits.
        let prepared = {
            let preparing = pin!(async {
                let permit = self.admit().await;
                self.prepare(permit).await
            });
            deadline.bound(state, preparing).await
        };
        match prepared {
            Ok(attempt) => attempt.send().await,
            Err(error) => Attempted::unsent(error),
        }
    }
}
