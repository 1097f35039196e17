#!/bin/sh
# Instructions for one round of each hot path, by callgrind: what a run of 3N rounds costs beyond one of N, divided.
# Needs valgrind. Usage: bench/instructions.sh [WORK...]
set -eu
cd "$(dirname "$0")"
cargo build --quiet --release --package micro
target=${CARGO_TARGET_DIR:-target}
count() {
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$target/release/micro" "$1" "$2" 2>&1 |
        sed -n 's/.*Collected : \([0-9]*\).*/\1/p'
}
[ $# -gt 0 ] || set -- sign put presign get list versions
for work in "$@"; do
    case $work in list | versions) n=3 ;; *) n=200 ;; esac
    few=$(count "$work" $n)
    many=$(count "$work" $((3 * n)))
    echo "$work: $(((many - few) / (2 * n))) instructions"
done
