//! Capability g: splitting of objects into parts.

use serde_json::json;
use windlass::config::ServiceProfile;
use windlass::types::ByteRange;
use windlass::unversioned::plan::{growing_part_size, part_size, sections};

use crate::answer::{Answer, Outcome, unsupported};
use crate::input::Input;

pub(crate) fn plan_parts(mut input: Input) -> Outcome {
    let direction = input.required("direction")?;
    let object_size = input.number("object_size");
    let configured = input.number("part_size").unwrap_or_default();
    input.end()?;
    match (direction.as_str(), object_size) {
        ("upload", None) => {
            let first = growing_part_size(1, configured, &ServiceProfile::default());
            Ok(Answer::ok(json!({"part_size": first, "num_parts": null})))
        }
        ("upload", Some(size)) => {
            let part_size = part_size(size, configured, 10_000)?;
            Ok(Answer::ok(json!({"part_size": part_size, "num_parts": sections(size, part_size).count()})))
        }
        ("download", Some(size)) => {
            let ranges = sections(size, configured).map(|range| ByteRange::from(range).to_string());
            Ok(Answer::ok(json!({"ranges": ranges.collect::<Vec<_>>()})))
        }
        (other, _) => {
            Err(unsupported(format!("the direction {other}, or an object of unknown size in this direction")))
        }
    }
}
