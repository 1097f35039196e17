//! Server-side encryption as clients observe it: the requested encryption is recorded and reported, and a
//! customer key is required again for each read. Content is stored unencrypted.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use http::{HeaderMap, HeaderName, HeaderValue};
use s3s::crypto::{Checksum as _, Md5};

use super::{ACCOUNT, Operations, configurations, text};
use crate::refusal::{Code, Refusal};
use crate::store::Encryption;

impl Operations {
    /// Returns the encryption of a write: the requested one, or else the default of the bucket.
    pub(super) fn encryption_of_write(
        &self,
        bucket: &str,
        headers: &HeaderMap,
    ) -> Result<Option<Encryption>, Refusal> {
        self.with_default_encryption(bucket, of_write(headers, &self.region)?)
    }

    /// Applies the default of the bucket to a write that requests no encryption.
    pub(super) fn with_default_encryption(
        &self,
        bucket: &str,
        asked: Option<Encryption>,
    ) -> Result<Option<Encryption>, Refusal> {
        match self.store.bucket(bucket) {
            Some(record) => configurations::default_of_bucket(&record, asked, &self.region),
            None => Ok(asked),
        }
    }
}

/// Reads the encryption that a write requests.
pub(super) fn of_write(headers: &HeaderMap, region: &str) -> Result<Option<Encryption>, Refusal> {
    let customer_key = key_md5(headers, OWN)?;
    let method = text(headers, SSE);
    if method.is_some() && customer_key.is_some() {
        return refuse(
            "Server Side Encryption with Customer provided key is incompatible with the encryption method specified",
        );
    }
    if let Some(key_md5) = customer_key {
        return Ok(Some(Encryption::Customer { key_md5 }));
    }
    let key_id = text(headers, KMS_KEY_ID);
    let context = text(headers, KMS_CONTEXT);
    let is_dual = match method {
        Some("aws:kms") => false,
        Some("aws:kms:dsse") => true,
        None | Some("AES256") if key_id.is_some() || context.is_some() => {
            return refuse(
                "Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms",
            );
        }
        Some("AES256") => return Ok(Some(Encryption::Aes256)),
        None => return Ok(None),
        Some(_) => return refuse("The encryption method specified is not supported"),
    };
    if context.is_some_and(|context| !is_context(context)) {
        return refuse(
            "The header 'x-amz-server-side-encryption-context' shall be a base64-encoded UTF-8 string holding JSON with the encryption context key-value pairs.",
        );
    }
    let own_key = || format!("arn:aws:kms:{region}:{ACCOUNT}:alias/aws/s3");
    Ok(Some(Encryption::Kms {
        is_dual,
        key_id: key_id.map_or_else(own_key, str::to_owned),
        context: context.map(str::to_owned),
        bucket_key: text(headers, BUCKET_KEY) == Some("true"),
    }))
}

/// Rejects a read with a missing or wrong customer key.
pub(super) fn check_read(headers: &HeaderMap, kept: Option<&Encryption>) -> Result<(), Refusal> {
    if headers.contains_key(SSE) {
        return refuse("x-amz-server-side-encryption header is not supported for this operation.");
    }
    check_key(headers, OWN, kept)
}

/// Like [`check_read`], for the source of a copy.
pub(super) fn check_copy_source(headers: &HeaderMap, kept: Option<&Encryption>) -> Result<(), Refusal> {
    check_key(headers, OF_COPY_SOURCE, kept)
}

/// Rejects a part whose customer key differs from that of the upload.
pub(super) fn check_part(headers: &HeaderMap, kept: Option<&Encryption>) -> Result<(), Refusal> {
    let refuse = |message: &'static str| Err(Refusal::new(Code::InvalidRequest).message(message));
    match (kept, key_md5(headers, OWN)?) {
        (Some(Encryption::Customer { key_md5 }), Some(sent)) if *key_md5 == sent => Ok(()),
        (Some(Encryption::Customer { .. }), Some(_)) => {
            refuse("The provided encryption parameters did not match the ones used originally.")
        }
        (Some(Encryption::Customer { .. }), None) => refuse(
            "The multipart upload initiate requested encryption. Subsequent part requests must include the appropriate encryption parameters.",
        ),
        (_, Some(_)) => refuse(
            "The multipart upload initiate did not request encryption. Please resend the request without sending encryption parameters.",
        ),
        (_, None) => Ok(()),
    }
}

/// Like [`check_part`], for operations where the key is optional: S3 checks it only if it is sent.
pub(super) fn check_rest(headers: &HeaderMap, kept: Option<&Encryption>) -> Result<(), Refusal> {
    if key_md5(headers, OWN)?.is_some() { check_part(headers, kept) } else { Ok(()) }
}

/// Returns the response headers for the encryption of an object.
pub(super) fn headers(kept: Option<&Encryption>) -> HeaderMap {
    let told: Vec<(&'static str, &str)> = match kept {
        None => Vec::new(),
        Some(Encryption::Aes256) => vec![(SSE, "AES256")],
        Some(Encryption::Kms { is_dual, key_id, bucket_key, .. }) => {
            let method = if *is_dual { "aws:kms:dsse" } else { "aws:kms" };
            let mut told = vec![(SSE, method), (KMS_KEY_ID, key_id.as_str())];
            if *bucket_key {
                told.push((BUCKET_KEY, "true"));
            }
            told
        }
        Some(Encryption::Customer { key_md5 }) => vec![(OWN.algorithm, "AES256"), (OWN.key_md5, key_md5)],
    };
    let value = |value: &str| HeaderValue::from_str(value).ok();
    told.into_iter().filter_map(|(name, text)| Some((HeaderName::from_static(name), value(text)?))).collect()
}

/// Like [`headers`], with the encryption context, which only writes report.
pub(super) fn headers_of_write(kept: Option<&Encryption>) -> HeaderMap {
    let mut headers = headers(kept);
    if let Some(Encryption::Kms { context: Some(context), .. }) = kept
        && let Ok(context) = HeaderValue::from_str(context)
    {
        headers.insert(KMS_CONTEXT, context);
    }
    headers
}

fn check_key(headers: &HeaderMap, names: KeyHeaders, kept: Option<&Encryption>) -> Result<(), Refusal> {
    match (kept, key_md5(headers, names)?) {
        (Some(Encryption::Customer { key_md5 }), Some(sent)) if *key_md5 == sent => Ok(()),
        (Some(Encryption::Customer { .. }), Some(_)) => Err(Refusal::new(Code::AccessDenied).message(
            "Requests specifying Server Side Encryption with Customer provided keys must provide the correct secret key.",
        )),
        (Some(Encryption::Customer { .. }), None) => Err(Refusal::new(Code::InvalidRequest).message(
            "The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.",
        )),
        (_, Some(_)) => Err(Refusal::new(Code::InvalidRequest)
            .message("The encryption parameters are not applicable to this object.")),
        (_, None) => Ok(()),
    }
}

/// Returns the MD5 of the customer key in the request, in base64.
fn key_md5(headers: &HeaderMap, names: KeyHeaders) -> Result<Option<String>, Refusal> {
    let sent = (text(headers, names.algorithm), text(headers, names.key), text(headers, names.key_md5));
    let (algorithm, key, md5) = match sent {
        (None, None, None) => return Ok(None),
        (Some(algorithm), Some(key), Some(md5)) => (algorithm, key, md5),
        (None, ..) => {
            return refuse(
                "Requests specifying Server Side Encryption with Customer provided keys must provide a valid encryption algorithm.",
            );
        }
        (_, None, _) => {
            return refuse(
                "Requests specifying Server Side Encryption with Customer provided keys must provide an appropriate secret key.",
            );
        }
        (.., None) => {
            return refuse(
                "Requests specifying Server Side Encryption with Customer provided keys must provide the client calculated MD5 of the secret key.",
            );
        }
    };
    if algorithm != "AES256" {
        return Err(Code::InvalidEncryptionAlgorithmError.into());
    }
    let Some(key) = BASE64.decode(key).ok().filter(|key| key.len() == KEY_LENGTH) else {
        return refuse("The secret key was invalid for the specified algorithm.");
    };
    if BASE64.encode(Md5::checksum(&key)) != md5 {
        return refuse("The calculated MD5 hash of the key did not match the hash that was provided.");
    }
    Ok(Some(md5.to_owned()))
}

fn is_context(text: &str) -> bool {
    let json = BASE64.decode(text).ok();
    json.is_some_and(|json| {
        serde_json::from_slice::<std::collections::BTreeMap<String, String>>(&json).is_ok()
    })
}

fn refuse<T>(message: &'static str) -> Result<T, Refusal> {
    Err(Refusal::new(Code::InvalidArgument).message(message))
}

/// The names of the three headers of a customer key.
#[derive(Clone, Copy)]
struct KeyHeaders {
    algorithm: &'static str,
    key: &'static str,
    key_md5: &'static str,
}

const OWN: KeyHeaders = KeyHeaders {
    algorithm: "x-amz-server-side-encryption-customer-algorithm",
    key: "x-amz-server-side-encryption-customer-key",
    key_md5: "x-amz-server-side-encryption-customer-key-md5",
};

const OF_COPY_SOURCE: KeyHeaders = KeyHeaders {
    algorithm: "x-amz-copy-source-server-side-encryption-customer-algorithm",
    key: "x-amz-copy-source-server-side-encryption-customer-key",
    key_md5: "x-amz-copy-source-server-side-encryption-customer-key-md5",
};

const SSE: &str = "x-amz-server-side-encryption";
const KMS_KEY_ID: &str = "x-amz-server-side-encryption-aws-kms-key-id";
const KMS_CONTEXT: &str = "x-amz-server-side-encryption-context";
const BUCKET_KEY: &str = "x-amz-server-side-encryption-bucket-key-enabled";
/// The length of an AES-256 key, in bytes.
const KEY_LENGTH: usize = 32;
