#!/bin/sh
# The build cost of windlass and its peers: crates, CPU seconds and wall seconds of a cold release build of an empty
# program that depends on each. Needs the registry and GNU time, and takes minutes.
# Usage: bench/build-cost.sh [NAME...]      names: windlass rusty-s3 object_store aws-sdk-s3
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
[ $# -gt 0 ] || set -- windlass rusty-s3 object_store aws-sdk-s3
echo "| crate | crates | CPU s | wall s |"
echo "|---|---|---|---|"
for name in "$@"; do
    case $name in
    windlass) dependencies="windlass = { path = \"$root/crates/windlass\" }" ;;
    # rusty-s3 only signs: add the HTTP client that its documentation uses.
    rusty-s3) dependencies='rusty-s3 = "0.11"
reqwest = { version = "0.13", default-features = false, features = ["rustls"] }
tokio = { version = "1", features = ["rt"] }' ;;
    object_store) dependencies='object_store = { version = "0.14", features = ["aws"] }
tokio = { version = "1", features = ["rt"] }' ;;
    aws-sdk-s3) dependencies='aws-sdk-s3 = "1"
aws-config = "1"
tokio = { version = "1", features = ["rt"] }' ;;
    esac
    mkdir -p "$work/$name/src"
    echo 'fn main() {}' >"$work/$name/src/main.rs"
    printf '[package]\nname = "cost"\nversion = "0.0.0"\nedition = "2024"\n[dependencies]\n%s\n[workspace]\n' \
        "$dependencies" >"$work/$name/Cargo.toml"
    (cd "$work/$name" && cargo fetch --quiet)
    crates=$(cd "$work/$name" && cargo tree --edges normal,build --prefix none --format '{p}' | grep -v '(\*)' |
        sort -u | wc -l)
    (cd "$work/$name" && CARGO_TARGET_DIR="$work/target-$name" \
        /usr/bin/time --format '%U %S %e' --output "$work/$name.time" cargo build --quiet --release)
    awk -v name="$name" -v crates="$((crates - 1))" \
        '{printf "| %s | %d | %.0f | %.0f |\n", name, crates, $1 + $2, $3}' "$work/$name.time"
done
