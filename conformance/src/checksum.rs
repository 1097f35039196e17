//! Checksums over chunks.

use serde_json::{Map, Value};
use windlass::protocol::checksum::Checksum;
use windlass::types::ChecksumAlgorithm;

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
