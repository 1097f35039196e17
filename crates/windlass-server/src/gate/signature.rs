//! Version 4 signatures, for requests that s3s does not verify.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::encode;

/// Signs a text for S3. `day` has the form `20260131`.
pub(super) fn signature(secret: &str, day: &str, region: &str, text: &str) -> String {
    let mut key = format!("AWS4{secret}").into_bytes();
    for part in [day, region, "s3", "aws4_request"] {
        key = hmac(&key, part);
    }
    encode::hex(&hmac(&key, text))
}

#[expect(clippy::expect_used, reason = "HMAC takes keys of any length, so this cannot fail")]
fn hmac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes any key");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}
