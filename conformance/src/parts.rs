//! Capability g: how objects are cut into parts.

use serde_json::json;
use windlass::transfer::{part_size, sections};
use windlass::types::ByteRange;

use crate::answer::{Answer, Outcome, unsupported};
use crate::input::Input;

pub(crate) fn plan_parts(mut input: Input) -> Outcome {
    let direction = input.required("direction")?;
    let object_size = input.number("object_size");
    let configured = input.number("part_size").unwrap_or_default();
    input.end()?;
    let Some(size) = object_size else {
        return Err(unsupported("objects of unknown size: their parts grow"));
    };
    match direction.as_str() {
        "upload" => {
            let part_size = part_size(size, configured, 10_000)?;
            Ok(Answer::ok(json!({"part_size": part_size, "num_parts": sections(size, part_size).count()})))
        }
        "download" => {
            let ranges = sections(size, configured).map(|range| ByteRange::from(range).to_string());
            Ok(Answer::ok(json!({"ranges": ranges.collect::<Vec<_>>()})))
        }
        other => Err(unsupported(format!("the direction {other}"))),
    }
}
