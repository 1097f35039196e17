//! Checks that a response confirms the requested encryption: a service without support for these headers ignores them
//! and stores the object in plain.

use http::{HeaderMap, HeaderValue, Method};

use super::context::AttemptContext;
use crate::ports::events::Warned;
use crate::ports::{Event, Warning};
use crate::protocol::Draft;
use crate::protocol::xml::Element;
use crate::{Error, ErrorKind, Result};

const ENCRYPTION: &str = "x-amz-server-side-encryption";
const CUSTOMER_ALGORITHM: &str = "x-amz-server-side-encryption-customer-algorithm";
const CUSTOMER_KEY_MD5: &str = "x-amz-server-side-encryption-customer-key-md5";

/// Rejects a success that does not confirm the customer's key (SSE-C), and warns about one that does not confirm SSE.
pub(super) fn check(context: AttemptContext<'_>, headers: &HeaderMap, body: &[u8]) -> Result<()> {
    let AttemptContext { state, draft, request_id, .. } = context;
    // S3 does not repeat these headers when it completes an upload.
    let begins = draft.method == Method::POST && draft.query.iter().any(|(name, _)| *name == "uploads");
    if draft.method != Method::PUT && !begins {
        return Ok(());
    }
    let copies = draft.headers.contains_key("x-amz-copy-source");
    let is_silent = (begins || copies) && !state.service.confirms_customer_keys;
    if let Some(algorithm) = draft.headers.get(CUSTOMER_ALGORITHM)
        && !is_silent
        && !(begins && draft.confirmed_later)
        && !is_confirmed(algorithm, draft.headers.get(CUSTOMER_KEY_MD5), headers)
    {
        return Err(unconfirmed(draft, begins, body));
    }
    if let Some(requested) = draft.headers.get(ENCRYPTION)
        && headers.get(ENCRYPTION) != Some(requested)
    {
        let requested = requested.to_str().unwrap_or_default().to_owned();
        let warning = Warning::EncryptionUnconfirmed { requested };
        state.observe(&Event::Warning(Warned {
            request_id: Some(request_id),
            operation: context.kind.name,
            bucket: draft.target.bucket(),
            key: draft.target.key(),
            warning: &warning,
        }));
    }
    Ok(())
}

fn is_confirmed(algorithm: &HeaderValue, md5: Option<&HeaderValue>, headers: &HeaderMap) -> bool {
    headers.get(CUSTOMER_ALGORITHM) == Some(algorithm)
        && headers.get(CUSTOMER_KEY_MD5).is_none_or(|confirmed| Some(confirmed) == md5)
}

fn unconfirmed(draft: &Draft<'_>, begins: bool, body: &[u8]) -> Error {
    let consequence = if begins {
        let upload = Element::parse(body).ok().and_then(|root| root.text_of("UploadId"));
        format!("abort the upload {}, or set the service profile (provider)", upload.unwrap_or_default())
    } else if draft.query.iter().any(|(name, _)| *name == "uploadId") {
        "the part is stored unencrypted".to_owned()
    } else {
        "the object is stored unencrypted".to_owned()
    };
    let message =
        format!("the service did not confirm encryption with the customer's key (SSE-C): {consequence}");
    Error::new(ErrorKind::NotEncrypted, message).with_retry_class(None)
}
