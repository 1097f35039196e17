//! Checksums of chunks and of multipart objects.

use serde_json::{Map, Value, json};
use windlass::types::{ChecksumAlgorithm, ETag};
use windlass::unversioned::checksum::{self, Checksum};

use crate::answer::{Answer, Outcome, unsupported};
use crate::input::{Input, base64_bytes};

pub(crate) fn checksum(mut input: Input) -> Outcome {
    let algorithms = input.list("algorithms");
    let chunks = input.list("chunks").iter().map(base64_bytes).collect::<Result<Vec<_>, _>>()?;
    input.end()?;
    let mut values = Map::new();
    for name in algorithms.iter().filter_map(Value::as_str) {
        let Some(mut checksum) = Checksum::new(&ChecksumAlgorithm::from(name)) else {
            return Err(unsupported(format!("the checksum {name}")));
        };
        chunks.iter().for_each(|chunk| checksum.update(chunk));
        values.insert(name.to_owned(), checksum.finish().into());
    }
    Ok(Answer::ok(Value::Object(values)))
}

pub(crate) fn combine(mut input: Input) -> Outcome {
    let mut parts = Vec::new();
    for part in input.list("parts") {
        let mut part = Input::new(&part);
        parts.push((part.number("length").unwrap_or_default(), part.object("checksums").unwrap_or_default()));
        part.end()?;
    }
    input.end()?;
    // The values of one algorithm, if every part has one.
    let values = |algorithm: &ChecksumAlgorithm| {
        let value =
            |(length, checksums): &(u64, Input)| Some((*length, checksums.clone().text(algorithm.as_str())?));
        parts.iter().map(value).collect::<Option<Vec<_>>>()
    };
    let (mut composite, mut full_object) = (Map::new(), Map::new());
    for algorithm in ChecksumAlgorithm::ALL {
        let Some(values) = values(&algorithm).filter(|_| algorithm != ChecksumAlgorithm::Md5) else {
            continue;
        };
        if let Ok(value) = checksum::composite(&algorithm, values.iter().map(|(_, value)| value.as_str())) {
            composite.insert(algorithm.to_string(), value.into());
        }
        let pairs = values.iter().map(|(length, value)| (*length, value.as_str()));
        if let Ok(value) = checksum::combine(&algorithm, pairs) {
            full_object.insert(algorithm.to_string(), value.into());
        }
    }
    let mut etags = Vec::new();
    for (_, value) in values(&ChecksumAlgorithm::Md5).unwrap_or_default() {
        let digest = base64_bytes(&Value::String(value))?;
        etags.push(ETag::new(digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>()));
    }
    let etag = checksum::multipart_etag(&etags);
    Ok(Answer::ok(json!({
        "composite": composite,
        "full_object": full_object,
        "multipart_etag": etag.as_ref().map(ETag::value),
    })))
}
