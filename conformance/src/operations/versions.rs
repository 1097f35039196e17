//! Operations on versions.

use windlass::operations::{GetBucketVersioning, ListObjectVersions, PutBucketVersioning};

use super::{Read, encoding, number, words};
use crate::input::Input;

pub(super) fn get_bucket_versioning(params: &mut Input) -> Read<GetBucketVersioning> {
    Ok(GetBucketVersioning::new(params.required("Bucket")?))
}

pub(super) fn list_object_versions(params: &mut Input) -> Read<ListObjectVersions> {
    let mut operation = ListObjectVersions::new(params.required("Bucket")?);
    encoding(params, &mut operation.encoding_type);
    operation.delimiter = params.text("Delimiter");
    operation.key_marker = params.text("KeyMarker");
    operation.max_keys = number(params, "MaxKeys");
    operation.optional_object_attributes = words(params, "OptionalObjectAttributes");
    operation.prefix = params.text("Prefix");
    operation.version_id_marker = params.text("VersionIdMarker");
    Ok(operation)
}

pub(super) fn put_bucket_versioning(params: &mut Input) -> Read<PutBucketVersioning> {
    let mut configuration = params.object("VersioningConfiguration").unwrap_or_default();
    let mut operation =
        PutBucketVersioning::new(params.required("Bucket")?, configuration.required("Status")?);
    operation.mfa_delete = configuration.text("MFADelete").map(Into::into);
    configuration.end()?;
    operation.checksum_algorithm = params.text("ChecksumAlgorithm").map(Into::into);
    operation.content_md5 = params.text("ContentMD5");
    operation.mfa = params.text("MFA");
    Ok(operation)
}
