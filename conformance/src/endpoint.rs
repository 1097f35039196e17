//! Capability c: the address of a request, with its signing region and service.

use serde_json::json;
use windlass::operations::{CreateBucket, HeadBucket, ListBuckets};

use crate::answer::{Answer, Outcome, unsupported};
use crate::client::idle_client;
use crate::exchange::block_on;
use crate::input::Input;

pub(crate) fn endpoint(mut input: Input) -> Outcome {
    let bucket = input.text("bucket");
    for flag in NOT_BUILT {
        if input.flag(flag) == Some(true) {
            return Err(unsupported(format!("the setting {flag}")));
        }
    }
    // Of all operations, CreateBucket is the one that does not accept access points.
    let only_buckets = input.flag("disable_access_points") == Some(true);
    let client = idle_client(input)?;
    let request = block_on(async {
        match bucket {
            Some(bucket) if only_buckets => client.sign(CreateBucket::new(bucket)).await,
            Some(bucket) => client.sign(HeadBucket::new(bucket)).await,
            None => client.sign(ListBuckets::new()).await,
        }
    })?;
    let url = request.url();
    let authorization = request.headers().get("authorization").and_then(|value| value.to_str().ok());
    let scope = authorization.and_then(|text| text.split_once("Credential=")).map(|(_, scope)| scope);
    let mut scope = scope.unwrap_or_default().split('/').skip(2);
    Ok(Answer::ok(json!({
        "url": url.split('?').next(),
        "signing_region": scope.next(),
        "signing_name": scope.next(),
    })))
}

const NOT_BUILT: [&str; 4] = [
    "disable_multi_region_access_points",
    "disable_s3express_session_auth",
    "object_lambda",
    "s3express_control",
];
