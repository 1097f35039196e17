"""Checks the types of other crates in a public API against allowed.toml.

Usage: foreign_types.py RUSTDOC_JSON FEATURE...

Reads the output of rustdoc --output-format json: signatures, fields, bounds and implementations of all public items.
Automatic and blanket implementations are ignored.
"""

import json
import pathlib
import sys
import tomllib

STANDARD = {"alloc", "core", "std"}


def main(rustdoc, features):
    allowed = set()
    rules = tomllib.loads(pathlib.Path(__file__).with_name("allowed.toml").read_text())
    for crate, rule in rules.items():
        if set(rule.get("features", features)) <= set(features):
            allowed |= {f"{crate}::{name}" for name in rule["types"]}
            allowed |= {crate} if rule.get("reexported") else set()
    found = foreign_types(json.loads(pathlib.Path(rustdoc).read_text()))
    problems = [
        f"{name} is in the public API and not in allowed.toml: {', '.join(sorted(found[name])[:5])}"
        for name in sorted(found.keys() - allowed)
    ]
    problems += [
        f"{name} is in allowed.toml and not in the public API" for name in sorted(allowed - found.keys())
    ]
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"{len(found)} types of other crates with {' '.join(features) or 'no features'}")
    return 1 if problems else 0


def foreign_types(crate):
    """Returns the items that use each type: {"http::Method": {"get_object"}}."""
    crates = {int(number): external["name"] for number, external in crate["external_crates"].items()}
    found = {}

    def visit(value, item):
        if isinstance(value, list):
            for element in value:
                visit(element, item)
        if not isinstance(value, dict):
            return
        # A path to a type or trait, or a re-export.
        if "id" in value and ("args" in value or "is_glob" in value):
            target = crate["paths"].get(str(value["id"]))
            if target and target["crate_id"] != 0 and crates[target["crate_id"]] not in STANDARD:
                # A crate that is re-exported as a whole has a path of one segment.
                name = "::".join([crates[target["crate_id"]], *target["path"][1:][-1:]])
                found.setdefault(name, set()).add(item)
        for element in value.values():
            visit(element, item)

    for item in crate["index"].values():
        implementation = item["inner"].get("impl", {})
        given = implementation.get("is_synthetic") or implementation.get("blanket_impl")
        if item["crate_id"] == 0 and not given:
            visit(item["inner"], item["name"] or "an implementation")
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
