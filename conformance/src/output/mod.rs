//! Outputs of operations as members by their API names.

mod bucket;
mod configurations;
mod multipart;
mod object;
mod tagging;
mod versions;

use std::time::SystemTime;

use serde_json::{Value, json};
use windlass::Result;
use windlass::operations::Operation;
use windlass::types::{Encryption, ObjectChecksums, Owner, ResponseInfo, RestoreStatus};

pub(crate) use configurations::Configured;

/// An operation whose output the driver can describe.
pub(crate) trait Described: Operation + Clone {
    /// Returns the output and the ids of its response. Reads streamed bodies to the end.
    fn describe(output: Self::Output) -> impl Future<Output = Result<(Value, ResponseInfo)>>;
}

fn iso(time: Option<SystemTime>) -> Option<String> {
    let time = jiff::Timestamp::try_from(time?).ok()?;
    Some(time.to_string())
}

fn text(value: Option<&impl ToString>) -> Option<String> {
    value.map(ToString::to_string)
}

fn with_checksums(mut output: Value, checksums: &ObjectChecksums) -> Value {
    for (algorithm, value) in checksums.iter() {
        output[format!("Checksum{algorithm}")] = value.into();
    }
    if let Some(kind) = &checksums.checksum_type {
        output["ChecksumType"] = kind.to_string().into();
    }
    output
}

fn with_encryption(mut output: Value, encryption: &Encryption) -> Value {
    output["BucketKeyEnabled"] = encryption.bucket_key_enabled.into();
    output["SSECustomerAlgorithm"] = encryption.sse_customer_algorithm.clone().into();
    output["SSECustomerKeyMD5"] = encryption.sse_customer_key_md5.clone().into();
    output["SSEKMSEncryptionContext"] = encryption.sse_kms_encryption_context.clone().into();
    output["SSEKMSKeyId"] = encryption.sse_kms_key_id.clone().into();
    output["ServerSideEncryption"] = text(encryption.server_side_encryption.as_ref()).into();
    output
}

fn owner(owner: Option<&Owner>) -> Value {
    owner.map_or(Value::Null, |owner| json!({"DisplayName": owner.display_name, "ID": owner.id}))
}

fn restore_status(status: Option<&RestoreStatus>) -> Value {
    status.map_or(Value::Null, |status| {
        json!({
            "IsRestoreInProgress": status.is_restore_in_progress,
            "RestoreExpiryDate": iso(status.restore_expiry_date),
        })
    })
}

fn prefixes(prefixes: &[String]) -> Value {
    prefixes.iter().map(|prefix| json!({"Prefix": prefix})).collect()
}
