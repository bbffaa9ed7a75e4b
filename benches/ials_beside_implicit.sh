#!/usr/bin/env bash
# Seconds per iteration of iALS beside Python's implicit, on the same matrix, turn by turn, two threads each.
#
#   python3 -m venv V && V/bin/pip install implicit==0.7.3 numpy scipy
#   PYTHON=V/bin/python benches/ials_beside_implicit.sh [ROUNDS] [ITERATIONS]
#
# Both minimise  sum over entries 20 (1 - x.y)^2 + sum over other pairs (x.y)^2 + 0.05 (|X|^2 + |Y|^2):
# implicit with alpha = 20, regularization = 0.05; ours with confidence 20, alpha0 = 1 on unobserved pairs,
# lambda = 0.05, nu = 0. The loss is that sum after ITERATIONS, computed for both by the same function.
# SOLVERS="cg=3 block=32 cholesky" tries others; FOLDER keeps the matrix for another run.
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${1:-3} iterations=${2:-6}
python=${PYTHON:-python3}
script=benches/ials_beside_implicit.py
folder=${FOLDER:-$(mktemp -d)}
[ -n "${FOLDER:-}" ] && mkdir -p "$folder" || trap 'rm -rf "$folder"' EXIT

if [ -z "${IALS_SPEED:-}" ]; then
    cargo build --release -q -p soiree-algorithms --example ials_speed
    IALS_SPEED=${CARGO_TARGET_DIR:-target}/release/examples/ials_speed
fi
[ -f "$folder/shape" ] || "$python" "$script" matrix "$folder"
first=nice
[ "$(id -u)" = 0 ] && first="nice -n -5"
export RAYON_NUM_THREADS=2
echo "load before: $(cut -d' ' -f1-3 /proc/loadavg)"
for ((round = 1; round <= rounds; round++)); do
    line=$($first "$python" "$script" implicit "$folder" "$iterations")
    loss=$("$IALS_SPEED" loss "$folder" "$folder/people.f32" "$folder/items.f32")
    echo "${line%\}}, ${loss#\{}"
    for solver in ${SOLVERS:-cg=3}; do
        $first "$IALS_SPEED" fit "$folder" "$iterations" "$solver"
    done
done | tee "$folder/lines"
echo "load after: $(cut -d' ' -f1-3 /proc/loadavg)"
"$python" "$script" table < "$folder/lines"
