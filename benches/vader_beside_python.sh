#!/usr/bin/env bash
# Runs Python's vaderSentiment and the port by turns on the same texts, five times each, on one core, and prints
# both medians in texts per second, their ratio, and whether all scores are equal.
#
#   benches/vader_beside_python.sh FILE
#
# FILE has lines of id, rating and text separated by tabs, gzipped or not. PYTHON names an interpreter that has
# vaderSentiment 3.3.2 (default: python3).
set -euo pipefail

file=${1:?usage: benches/vader_beside_python.sh FILE}
python=${PYTHON:-python3}
root=$(cd "$(dirname "$0")/.." && pwd)
reference=$root/lab/reference/vader_reference.py
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

case $file in
*.gz) gzip -dc "$file" >"$work/texts.tsv" ;;
*) cp "$file" "$work/texts.tsv" ;;
esac
cargo build --quiet --release --manifest-path "$root/Cargo.toml" -p soiree-algorithms --example vader_speed
ours=${CARGO_TARGET_DIR:-$root/target}/release/examples/vader_speed

median() { sort -n | sed -n 3p; }
for _ in 1 2 3 4 5; do
    "$python" "$reference" speed "$work/texts.tsv" >>"$work/python"
    "$ours" "$work/texts.tsv" >>"$work/ours"
done
theirs=$(median <"$work/python")
rate=$(median <"$work/ours")
echo "python texts per second: $theirs (median of$(printf ' %s' $(cat "$work/python")))"
echo "ours   texts per second: $rate (median of$(printf ' %s' $(cat "$work/ours")))"
awk -v a="$rate" -v b="$theirs" 'BEGIN { printf "ratio: %.1f\n", a / b }'
"$ours" --scores "$work/texts.tsv" >"$work/scores.tsv"
"$python" "$reference" compare "$work/texts.tsv" "$work/scores.tsv"
