"""The other side of ials_beside_implicit.sh: makes the matrix, runs implicit on it, prints the table.

    matrix DIR [PEOPLE ITEMS ENTRIES]   write shape, starts, indices
    implicit DIR ITERATIONS             fit, write people.f32 and items.f32, print one line of JSON
    table < LINES                       medians and the ratio
"""
import json
import os
import statistics
import sys
import time


def write_matrix(folder, people=138_493, items=26_744, entries=20_000_000):
    """Log-normal activity (sigma 1.2, at least 20 each), popularity falling like 1 / (rank + 40)^0.9."""
    import numpy as np

    draw = np.random.default_rng(20)
    activity = draw.lognormal(sigma=1.2, size=people)
    share = (np.arange(items) + 40.0) ** -0.9
    reach = np.cumsum(share) / share.sum()
    number_of_rank = draw.permutation(items)

    pairs = np.empty(0, np.int64)
    wanted = activity / activity.sum() * entries
    while pairs.size < entries:
        # Doubles fall away, so each round draws somewhat more than what is missing.
        missing = wanted * (1 - pairs.size / entries) * 1.15
        floor = 20 if pairs.size == 0 else 1
        counts = np.clip(missing.round(), floor, items // 3).astype(np.int64)
        person = np.repeat(np.arange(people), counts)
        rank = np.searchsorted(reach, draw.random(person.size)).clip(max=items - 1)
        pairs = np.union1d(pairs, person * items + number_of_rank[rank])
    if pairs.size > entries:
        pairs = np.delete(pairs, draw.choice(pairs.size, pairs.size - entries, replace=False))
    person, item = np.divmod(pairs, items)
    starts = np.concatenate([[0], np.cumsum(np.bincount(person, minlength=people))])
    popular = np.sort(np.bincount(item, minlength=items))[::-1]
    starts.astype("<u8").tofile(folder + "/starts")
    item.astype("<u4").tofile(folder + "/indices")
    with open(folder + "/shape", "w") as file:
        file.write(f"{people} {items} {entries}\n")
    top = popular[: items // 100].sum() / entries
    print(f"matrix {people} x {items}, {entries} entries, busiest 1 % of the items hold {top:.1%}")


def run_implicit(folder, iterations):
    os.environ.update(OPENBLAS_NUM_THREADS="1")
    import implicit
    import numpy as np
    import scipy.sparse

    people, items, _ = (int(word) for word in open(folder + "/shape").read().split())
    starts = np.fromfile(folder + "/starts", "<u8").astype(np.int32)
    indices = np.fromfile(folder + "/indices", "<u4").astype(np.int32)
    values = np.ones(indices.size, np.float32)
    matrix = scipy.sparse.csr_matrix((values, indices, starts), shape=(people, items))
    model = implicit.als.AlternatingLeastSquares(
        factors=64, regularization=0.05, alpha=20.0, iterations=iterations, num_threads=2, random_state=1
    )
    laps = []
    begin = time.time()
    model.fit(matrix, show_progress=False, callback=lambda number, seconds, *rest: laps.append(round(seconds, 3)))
    all_s = round(time.time() - begin, 2)
    status = open("/proc/self/status").read()
    peak_mib = int(status.split("VmHWM:")[1].split()[0]) // 1024
    model.user_factors.astype("<f4").tofile(folder + "/people.f32")
    model.item_factors.astype("<f4").tofile(folder + "/items.f32")
    # The first lap is left out on both sides.
    line = dict(name="implicit " + implicit.__version__, laps=laps[1:], all_s=all_s, peak_mib=peak_mib)
    print(json.dumps(line))


def table(lines):
    runs = [json.loads(line) for line in lines if line.startswith("{")]
    sides = {}
    for run in runs:
        side = sides.setdefault(run["name"] + " " + run.get("solver", ""), dict(laps=[], loss=0, peak=0))
        side["laps"] += run["laps"]
        side["loss"] = run["loss"]
        side["peak"] = max(side["peak"], run["peak_mib"])
    base = next(statistics.median(side["laps"]) for name, side in sides.items() if name.startswith("implicit"))
    print(f"{'':44}{'median s':>10}{'least s':>10}{'ratio':>8}{'peak MiB':>10}{'loss':>14}")
    for name, side in sides.items():
        middle = statistics.median(side["laps"])
        print(
            f"{name:44}{middle:10.3f}{min(side['laps']):10.3f}{middle / base:8.3f}{side['peak']:10}{side['loss']:14.0f}"
        )


if __name__ == "__main__":
    what, *rest = sys.argv[1:]
    if what == "matrix":
        write_matrix(rest[0], *(int(number) for number in rest[1:]))
    elif what == "implicit":
        run_implicit(rest[0], int(rest[1]))
    else:
        table(sys.stdin)
