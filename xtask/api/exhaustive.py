"""Holds that public enums, and structs with public fields, are #[non_exhaustive] or listed in exhaustive.toml.

Usage: exhaustive.py RUSTDOC_JSON
"""

import json
import pathlib
import sys
import tomllib


def main(rustdoc):
    reasons = tomllib.loads(pathlib.Path(__file__).with_name("exhaustive.toml").read_text())
    found = exhaustive(json.loads(pathlib.Path(rustdoc).read_text())["index"])
    problems = [
        f"{name} is exhaustive and not in exhaustive.toml: add #[non_exhaustive] or the reason"
        for name in sorted(found - reasons.keys())
    ]
    problems += [f"{name} is in exhaustive.toml and not exhaustive" for name in sorted(reasons.keys() - found)]
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"{len(found)} public types are exhaustive")
    return 1 if problems else 0


def exhaustive(index):
    def is_public(field):
        return index.get(str(field), {}).get("visibility") == "public"

    found = set()
    for item in index.values():
        if item["crate_id"] != 0 or item["visibility"] != "public" or "non_exhaustive" in json.dumps(item["attrs"]):
            continue
        form = item["inner"].get("struct", {}).get("kind")
        fields = []
        if isinstance(form, dict):
            fields = form["plain"]["fields"] if "plain" in form else form["tuple"]
        if "enum" in item["inner"] or any(is_public(field) for field in fields if field is not None):
            found.add(item["name"])
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
