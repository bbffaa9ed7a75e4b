#!/usr/bin/env bash
# Sentence vectors by tract beside ONNX Runtime on the same texts, turn by turn, one thread each, and the encoder that
# comes with the program; tokenizers included on both sides.
#
#   python3 -m venv V && V/bin/pip install onnxruntime tokenizers numpy
#   PYTHON=V/bin/python benches/encode_beside_onnxruntime.sh MODEL [ROUNDS] [SECONDS]
#
# MODEL is a folder with one *.onnx file and its tokenizer.json. The speed texts are made-up sentences of exactly 16
# tokens; for the largest difference there is also TEXTS, a file with one text a line (default: the project's own
# sentences for VADER).
set -euo pipefail

model=${1:?usage: benches/encode_beside_onnxruntime.sh MODEL [ROUNDS] [SECONDS]}
rounds=${2:-5} seconds=${3:-4}
python=${PYTHON:-python3}
root=$(cd "$(dirname "$0")/.." && pwd)
script=$root/benches/encode_beside_onnxruntime.py
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if [ -z "${ENCODE:-}" ]; then
    cargo build --quiet --release --manifest-path "$root/Cargo.toml" -p soiree-neural --example encode
    ENCODE=${CARGO_TARGET_DIR:-$root/target}/release/examples/encode
fi
export RAYON_NUM_THREADS=1
"$python" "$script" texts "$model" "$work/texts"
echo "load before: $(cut -d' ' -f1-3 /proc/loadavg)"
for ((round = 1; round <= rounds; round++)); do
    "$python" "$script" speed "$model" "$work/texts" "$seconds" | sed 's/^/onnxruntime /'
    "$ENCODE" "$model" "$work/texts" "$seconds" | sed 's/^/full /'
    "$ENCODE" built-in "$work/texts" "$seconds" | sed 's/^/static /'
done | tee "$work/lines"
echo "load after: $(cut -d' ' -f1-3 /proc/loadavg)"
"$python" "$script" table <"$work/lines"
if [ -z "${TEXTS:-}" ]; then
    TEXTS=$work/sentences
    cut -f2 "$root/algorithms/testdata/vader_reference.tsv" | grep -v '^ *$' >"$TEXTS"
fi
"$python" "$script" vectors "$model" "$TEXTS" "$work/theirs"
"$ENCODE" "$model" "$TEXTS" 0 "$work/ours" >"$work/log"
"$python" "$script" compare "$work/theirs" "$work/ours"
