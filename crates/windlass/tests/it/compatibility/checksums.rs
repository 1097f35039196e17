//! Checksums: which the server knows, keeps and verifies.

use windlass::operations::CompletedPart;
use windlass::types::{ChecksumAlgorithm, ChecksumType, ObjectAttributes};
use windlass::unversioned::checksum::{Checksum, combine, composite};
use windlass::{ChecksumCalculation, Error, ErrorKind};

use super::place::{Outcome, Place, holds, refused, same};
use super::{Group, Way, probes};

pub(super) const GROUP: Group = Group {
    title: "Checksums",
    ways: &[Way::Named],
    probes: probes! {
        "PutObject: CRC64NVME" => kept::<0>,
        "PutObject: CRC32" => kept::<1>,
        "PutObject: CRC32C" => kept::<2>,
        "PutObject: SHA256" => kept::<3>,
        "PutObject: SHA1" => kept::<4>,
        "PutObject: SHA512" => kept::<5>,
        "PutObject: MD5" => kept::<6>,
        "PutObject: XXHASH64" => kept::<7>,
        "PutObject: XXHASH3" => kept::<8>,
        "PutObject: XXHASH128" => kept::<9>,
        "PutObject: a wrong CRC64NVME" => compared::<0>,
        "PutObject: a wrong CRC32" => compared::<1>,
        "PutObject: a wrong CRC32C" => compared::<2>,
        "PutObject: a wrong SHA256" => compared::<3>,
        "PutObject: a wrong SHA1" => compared::<4>,
        "PutObject: a wrong SHA512" => compared::<5>,
        "PutObject: a wrong MD5" => compared::<6>,
        "PutObject: a wrong XXHASH64" => compared::<7>,
        "PutObject: a wrong XXHASH3" => compared::<8>,
        "PutObject: a wrong XXHASH128" => compared::<9>,
        "PutObject: no checksum given" => added,
        "GetObject: the checksum of a range" => not_with_a_range,
        "CopyObject: another algorithm" => copied,
        "UploadPart: a wrong checksum" => part_compared,
        "CompleteMultipartUpload: CRC64NVME of the object" => of_the_object::<0>,
        "CompleteMultipartUpload: CRC32 of the object" => of_the_object::<1>,
        "CompleteMultipartUpload: CRC32 of the parts" => of_the_parts::<1>,
        "CompleteMultipartUpload: SHA256 of the parts" => of_the_parts::<3>,
        "CompleteMultipartUpload: a wrong CRC32 of the object" => object_compared,
        "ListParts: checksums" => list_parts,
        "GetObjectAttributes: checksums of parts" => attributes,
    },
};

const HELLO: &str = "Hello, World!";

fn value_of(algorithm: &ChecksumAlgorithm, content: &str) -> String {
    Checksum::of(algorithm, content.as_bytes()).unwrap()
}

/// The value is in every answer that may have it.
async fn kept<const ALGORITHM: usize>(place: &Place) -> Outcome {
    let algorithm = ChecksumAlgorithm::ALL[ALGORITHM].clone();
    let value = value_of(&algorithm, HELLO);
    let value = Some(value.as_str());
    let put = place.client.put_object(&place.bucket, algorithm.as_str(), HELLO);
    let put = put.checksum_algorithm(algorithm.clone()).await?;
    same("PUT's value", put.checksums.get(&algorithm), value)?;
    let head = place.client.head_object(&place.bucket, algorithm.as_str()).checksum_mode(true).await?;
    same("HEAD's value", head.checksums.get(&algorithm), value)?;
    let object = place.client.get_object(&place.bucket, algorithm.as_str()).await?;
    same("GET's value", object.head.checksums.get(&algorithm), value)?;
    holds(object.body.is_verified(), "GET is not verified")?;
    same("the content", object.body.text().await?.as_str(), HELLO)?;
    same("the checksum's type", head.checksums.checksum_type, Some(ChecksumType::FullObject))
}

async fn compared<const ALGORITHM: usize>(place: &Place) -> Outcome {
    let algorithm = ChecksumAlgorithm::ALL[ALGORITHM].clone();
    let wrong = value_of(&algorithm, "something else");
    let put = place.client.put_object(&place.bucket, "wrong", HELLO).checksum(algorithm, wrong).await;
    refused("the wrong value", put, ErrorKind::ChecksumMismatch)
}

/// AWS computes CRC64NVME of what comes without a checksum.
async fn added(place: &Place) -> Outcome {
    let client = place.builder().checksum_calculation(ChecksumCalculation::WhenRequired).build().unwrap();
    client.put_object(&place.bucket, "added", HELLO).await?;
    let head = place.client.head_object(&place.bucket, "added").checksum_mode(true).await?;
    let value = value_of(&ChecksumAlgorithm::Crc64Nvme, HELLO);
    same("CRC64NVME", head.checksums.get(&ChecksumAlgorithm::Crc64Nvme), Some(value.as_str()))
}

/// A value of the whole object beside a part of it misleads clients.
async fn not_with_a_range(place: &Place) -> Outcome {
    place.client.put_object(&place.bucket, "range", HELLO).checksum_algorithm("CRC32").await?;
    let object = place.client.get_object(&place.bucket, "range").range(0..5).await?;
    holds(object.head.checksums.is_empty(), "the whole object's value comes with a part of it")?;
    same("the content", object.body.text().await?.as_str(), "Hello")
}

async fn copied(place: &Place) -> Outcome {
    place.client.put_object(&place.bucket, "crc", HELLO).checksum_algorithm("CRC32").await?;
    let source = windlass::types::CopySource::new(&place.bucket, "crc");
    let copy = place.client.copy_object(source, &place.bucket, "sha").checksum_algorithm("SHA256").await?;
    let value = value_of(&ChecksumAlgorithm::Sha256, HELLO);
    same("the answer's value", copy.checksums.get(&ChecksumAlgorithm::Sha256), Some(value.as_str()))?;
    let head = place.client.head_object(&place.bucket, "sha").checksum_mode(true).await?;
    same("HEAD's value", head.checksums.get(&ChecksumAlgorithm::Sha256), Some(value.as_str()))
}

async fn part_compared(place: &Place) -> Outcome {
    let algorithm = ChecksumAlgorithm::Crc32;
    let create = place.client.create_multipart_upload(&place.bucket, "part");
    let upload_id = create.checksum_algorithm(algorithm.clone()).await?.upload_id;
    let part = place.client.upload_part(&place.bucket, "part", &upload_id, 1, HELLO);
    let wrong = value_of(&algorithm, "something else");
    refused("the wrong value", part.checksum(algorithm, wrong).await, ErrorKind::ChecksumMismatch)
}

/// The contents of two parts: the smallest that may come first, and the rest.
fn two_parts() -> [String; 2] {
    ["a".repeat(5 << 20), HELLO.to_owned()]
}

/// Uploads both parts, each with its checksum.
async fn upload(
    place: &Place,
    key: &str,
    algorithm: &ChecksumAlgorithm,
    kind: ChecksumType,
) -> Result<(String, Vec<CompletedPart>), Error> {
    let create = place.client.create_multipart_upload(&place.bucket, key);
    let upload_id = create.checksum_algorithm(algorithm.clone()).checksum_type(kind).await?.upload_id;
    let mut parts = Vec::new();
    for (number, content) in (1..).zip(two_parts()) {
        let part = place.client.upload_part(&place.bucket, key, &upload_id, number, content);
        parts.push(part.checksum_algorithm(algorithm.clone()).await?.completed(number));
    }
    Ok((upload_id, parts))
}

async fn completed(
    place: &Place,
    algorithm: &ChecksumAlgorithm,
    kind: ChecksumType,
    expected: &str,
) -> Outcome {
    let key = format!("{algorithm} {kind}");
    let (upload_id, parts) = upload(place, &key, algorithm, kind.clone()).await?;
    let complete = place.client.complete_multipart_upload(&place.bucket, &key, &upload_id, parts);
    let completed = complete.checksum_type(kind.clone()).await?;
    same("the answer's value", completed.checksums.get(algorithm), Some(expected))?;
    let head = place.client.head_object(&place.bucket, &key).checksum_mode(true).await?;
    same("HEAD's value", head.checksums.get(algorithm), Some(expected))?;
    same("HEAD's type", head.checksums.checksum_type, Some(kind))
}

async fn of_the_object<const ALGORITHM: usize>(place: &Place) -> Outcome {
    let algorithm = &ChecksumAlgorithm::ALL[ALGORITHM];
    let values = two_parts().map(|part| (part.len() as u64, value_of(algorithm, &part)));
    let value = combine(algorithm, values.iter().map(|(length, value)| (*length, value.as_str()))).unwrap();
    completed(place, algorithm, ChecksumType::FullObject, &value).await
}

async fn of_the_parts<const ALGORITHM: usize>(place: &Place) -> Outcome {
    let algorithm = &ChecksumAlgorithm::ALL[ALGORITHM];
    let values = two_parts().map(|part| value_of(algorithm, &part));
    let value = composite(algorithm, values.iter().map(String::as_str)).unwrap();
    completed(place, algorithm, ChecksumType::Composite, &value).await
}

async fn object_compared(place: &Place) -> Outcome {
    let algorithm = ChecksumAlgorithm::Crc32;
    let (upload_id, parts) = upload(place, "wrong", &algorithm, ChecksumType::FullObject).await?;
    let complete = place.client.complete_multipart_upload(&place.bucket, "wrong", &upload_id, parts);
    let wrong = value_of(&algorithm, "something else");
    let complete = complete.checksum(algorithm, wrong).checksum_type(ChecksumType::FullObject).await;
    refused("the wrong value", complete, ErrorKind::ChecksumMismatch)
}

async fn list_parts(place: &Place) -> Outcome {
    let algorithm = ChecksumAlgorithm::Sha256;
    let (upload_id, _) = upload(place, "listed", &algorithm, ChecksumType::Composite).await?;
    let listed = place.client.list_parts(&place.bucket, "listed", &upload_id).await?;
    let of_parts: Vec<_> = listed.parts.iter().map(|part| part.checksums.get(&algorithm)).collect();
    let values = two_parts().map(|part| value_of(&algorithm, &part));
    holds(of_parts == values.each_ref().map(|value| Some(value.as_str())), "the values are missing")?;
    same("the algorithm", listed.checksum_algorithm, Some(algorithm))
}

async fn attributes(place: &Place) -> Outcome {
    let algorithm = ChecksumAlgorithm::Sha256;
    let (upload_id, parts) = upload(place, "attributes", &algorithm, ChecksumType::Composite).await?;
    place.client.complete_multipart_upload(&place.bucket, "attributes", &upload_id, parts).await?;
    let wanted = [ObjectAttributes::Checksum, ObjectAttributes::ObjectParts];
    let found = place.client.get_object_attributes(&place.bucket, "attributes", wanted).await?;
    let values = two_parts().map(|part| value_of(&algorithm, &part));
    let whole = composite(&algorithm, values.iter().map(String::as_str)).unwrap();
    // S3 leaves the number of parts out of it here.
    let whole = whole.trim_end_matches("-2");
    let value = found.checksums.get(&algorithm).map(|value| value.trim_end_matches("-2"));
    same("the object's value", value, Some(whole))?;
    let parts = found.object_parts.map(|parts| parts.parts).unwrap_or_default();
    let of_parts: Vec<_> = parts.iter().filter_map(|part| part.checksums.get(&algorithm)).collect();
    same("the parts' values", of_parts, values.iter().map(String::as_str).collect())
}
