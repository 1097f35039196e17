#!/bin/sh
# Instructions of one round of each hot path, by callgrind: the difference between runs of 3N and N rounds, divided by 2N.
# `get-wire` is a GetObject of 4 KiB from the null server over loopback, 16 in flight on a current-thread runtime. SHA-256 is
# counted separately, because callgrind does not support the processor's instructions for it. `floor-wire` is the same with
# bare hyper.
# Needs valgrind. Usage: bench/instructions.sh [WORK...]
set -eu
cd "$(dirname "$0")"
target=${CARGO_TARGET_DIR:-target}
export BENCH_RT=current BENCH_PAYLOAD_SIGNING=off

# The instructions of one run: all of them, and those of SHA-256.
count() {
    profile=$(mktemp)
    valgrind --tool=callgrind --callgrind-out-file="$profile" "$@" >/dev/null 2>&1
    callgrind_annotate --threshold=100 "$profile" | awk '
        { sub(/^ +/, ""); n = $1; gsub(",", "", n) }
        /PROGRAM TOTALS/ { all = n }
        /sha256.*compress/ { sha += n }
        END { printf "%d %d\n", all, sha }'
    rm -f "$profile"
}

# Prints what 2N rounds cost, divided, for a command whose last argument but those after `--` is the number of rounds.
report() {
    name=$1 n=$2
    shift 2
    few=$(count "$@" "$n" $more)
    many=$(count "$@" $((3 * n)) $more)
    echo "$few $many" | awk -v name="$name" -v n="$n" \
        '{ sha = ($4 - $2) / (2 * n); printf "%s: %d instructions, %d of them SHA-256\n", name, ($3 - $1) / (2 * n), sha }'
}

wire() {
    cargo build --quiet --release --package "$2" --package null-server
    listening=$(mktemp)
    "$target/release/null-server" >"$listening" </dev/null &
    server=$!
    trap 'kill $server; rm -f "$listening"' EXIT
    while [ ! -s "$listening" ]; do sleep 0.1; done
    more=16 report "$1" 500 "$target/release/$2" "http://$(head -n 1 "$listening")" get-small
    kill $server
    rm -f "$listening"
    trap - EXIT
}

[ $# -gt 0 ] || set -- sign put presign get list versions get-wire floor-wire
for work in "$@"; do
    case $work in
        get-wire) wire get-wire peer-windlass ;;
        floor-wire) wire floor-wire floor ;;
        *)
            cargo build --quiet --release --package micro
            case $work in list | versions) n=3 ;; *) n=200 ;; esac
            more= report "$work" $n "$target/release/micro" "$work"
            ;;
    esac
done
