"""The other side of encode_beside_onnxruntime.sh.

    texts MODEL FILE [COUNT]        write COUNT made-up sentences of exactly 16 tokens, one a line
    speed MODEL FILE SECONDS        print ONNX Runtime's median milliseconds per sentence, one thread, batches 1 and 16
    vectors MODEL FILE OUT          write its vectors (f32, row-major)
    compare A B                     print the largest difference of two files of vectors
    table < LINES                   medians over the rounds, and the ratios
"""
import glob
import re
import statistics
import sys
import time

TOKENS = 16


def load(folder):
    import onnxruntime
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(folder + "/tokenizer.json")
    tokenizer.no_padding()
    tokenizer.enable_truncation(256)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(sorted(glob.glob(folder + "/*.onnx"))[0], options)
    return tokenizer, session


def texts(folder, path, count):
    import random
    from tokenizers import Tokenizer

    vocabulary = Tokenizer.from_file(folder + "/tokenizer.json").get_vocab()
    words = sorted(word for word in vocabulary if re.fullmatch("[a-z]{3,9}", word))
    draw = random.Random(7)
    with open(path, "w") as file:
        for _ in range(count):
            file.write(" ".join(draw.choice(words) for _ in range(TOKENS - 2)) + "\n")


def run(tokenizer, session, lines):
    import numpy as np

    coded = [tokenizer.encode(line).ids for line in lines]
    width = max(map(len, coded))
    ids = np.zeros((len(lines), width), np.int64)
    mask = np.zeros_like(ids)
    for row, tokens in enumerate(coded):
        ids[row, : len(tokens)] = tokens
        mask[row, : len(tokens)] = 1
    return session.run(None, {"input_ids": ids, "attention_mask": mask})[0]


def speed(folder, path, seconds):
    tokenizer, session = load(folder)
    lines = open(path).read().splitlines()
    for batch in (1, 16):
        laps = []
        begin = time.time()
        for start in range(0, len(lines) - batch + 1, batch):
            lap = time.perf_counter()
            run(tokenizer, session, lines[start : start + batch])
            laps.append((time.perf_counter() - lap) * 1e3 / batch)
            if time.time() - begin > seconds:
                break
        print(f"batch {batch}: {statistics.median(laps):.5f} ms per sentence, {len(laps)} runs")


def vectors(folder, path, out):
    import numpy as np

    tokenizer, session = load(folder)
    lines = open(path).read().splitlines()
    rows = [run(tokenizer, session, lines[start : start + 16]) for start in range(0, len(lines), 16)]
    np.concatenate(rows).astype("<f4").tofile(out)


def compare(a, b):
    import numpy as np

    a, b = np.fromfile(a, "<f4"), np.fromfile(b, "<f4")
    print(f"largest difference of {a.size} numbers: {np.abs(a - b).max():.2e}")


def table(lines):
    found = {}
    for line in lines:
        match = re.match(r"(\S+) (batch \d+|splitting): ([\d.]+) ms", line)
        if match:
            found.setdefault((match[1], match[2]), []).append(float(match[3]))
    middle = {key: statistics.median(values) for key, values in found.items()}
    for (side, what), ms in middle.items():
        theirs = middle.get(("onnxruntime", what))
        ratio = f"  {theirs / ms:.2f} x ONNX Runtime's rate" if side == "full" and theirs else ""
        print(f"{side:12} {what:11} {ms:9.4f} ms per sentence {1e3 / ms:10.0f} a second{ratio}")


if __name__ == "__main__":
    what, *rest = sys.argv[1:]
    if what == "texts":
        texts(rest[0], rest[1], int(rest[2]) if len(rest) > 2 else 4096)
    elif what == "speed":
        speed(rest[0], rest[1], float(rest[2]))
    elif what == "vectors":
        vectors(*rest)
    elif what == "compare":
        compare(*rest)
    else:
        table(sys.stdin)
