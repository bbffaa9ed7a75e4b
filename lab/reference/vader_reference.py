#!/usr/bin/env python3
"""Reference scores of VADER, for the sentiment protocol and the tests of `algorithms::sentiment`.

Needs Python 3 and `pip install vaderSentiment==3.3.2`; everything else is the standard library.

    vader_reference.py score INPUT OUTPUT   id<TAB>rating<TAB>text  ->  id<TAB>compound<TAB>pos<TAB>neu<TAB>neg
    vader_reference.py compare INPUT SCORES Pearson r of the compound with the ratings, and equality with SCORES
    vader_reference.py corpus OUTPUT        the project's own sentences with their scores (see `corpus`)
    vader_reference.py speed INPUT          texts scored per second, one thread, texts in memory

A file whose name ends in .gz is read or written gzipped. Files are UTF-8 with one record per line feed; a carriage
return before it is dropped. Figures are written as Python prints them, so equal files mean equal doubles.

Python 3.12 made `sum` of floats compensate its rounding, which moves the last bit of some sums. Scores are
those of plain left-to-right addition, on every version: `plain_sum` replaces the built-in inside the package.
"""

import gzip
import io
import itertools
import math
import sys
import time

from vaderSentiment import vaderSentiment

FIELDS = ("compound", "pos", "neu", "neg")


def plain_sum(numbers):
    """Adds from left to right, as CPython's `sum` did up to 3.11."""
    total = 0
    for number in numbers:
        total += number
    return total


def analyzer():
    """The reference scorer, independent of the interpreter's `sum`."""
    vaderSentiment.sum = plain_sum
    return vaderSentiment.SentimentIntensityAnalyzer()


def read_lines(path):
    """Lines of a plain or gzipped UTF-8 file, split at line feeds only."""
    opened = gzip.open(path, "rb") if path.endswith(".gz") else open(path, "rb")
    with opened as file:
        text = file.read().decode("utf-8")
    return [line.rstrip("\r") for line in text.split("\n") if line.rstrip("\r")]


def write_text(path, text):
    """Writes a plain or gzipped UTF-8 file; the gzip header carries no time, so equal texts give equal files."""
    data = text.encode("utf-8")
    if path.endswith(".gz"):
        buffer = io.BytesIO()
        with gzip.GzipFile(filename="", mode="wb", fileobj=buffer, compresslevel=9, mtime=0) as file:
            file.write(data)
        data = buffer.getvalue()
    with open(path, "wb") as file:
        file.write(data)


def rated_texts(path):
    """(id, rating, text) of each line."""
    for line in read_lines(path):
        identifier, rating, text = line.split("\t", 2)
        yield identifier, float(rating), text


def figures(scorer, text):
    """The four figures of a text, tab-separated, as Python prints them."""
    scores = scorer.polarity_scores(text)
    return "\t".join(repr(scores[field]) for field in FIELDS)


def score(source, target):
    """Scores every text of `source`."""
    scorer = analyzer()
    rows = [f"{identifier}\t{figures(scorer, text)}\n" for identifier, _, text in rated_texts(source)]
    write_text(target, "".join(rows))
    print(f"{len(rows)} texts scored")


def pearson(xs, ys):
    """Pearson's r."""
    mean_x, mean_y = math.fsum(xs) / len(xs), math.fsum(ys) / len(ys)
    dot = math.fsum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys))
    norms = math.fsum((x - mean_x) ** 2 for x in xs) * math.fsum((y - mean_y) ** 2 for y in ys)
    return dot / math.sqrt(norms)


def compare(source, scores):
    """Compares a file of scores, from here or from elsewhere, with the reference's and with the ratings."""
    scorer = analyzer()
    given = {fields[0]: fields[1:] for fields in (line.split("\t") for line in read_lines(scores))}
    ratings, compounds, equal, equal_compound, total = [], [], 0, 0, 0
    for identifier, rating, text in rated_texts(source):
        expected = [float(figure) for figure in figures(scorer, text).split("\t")]
        found = [float(figure) for figure in given[identifier]]
        total += 1
        equal += expected == found
        equal_compound += expected[0] == found[0]
        ratings.append(rating)
        compounds.append(found[0])
    print(f"compound equal: {equal_compound} of {total}; all four figures equal: {equal} of {total}")
    print(f"Pearson r with the ratings: {pearson(ratings, compounds):.6f}")
    return 0 if equal == total else 1


def speed(source):
    """Texts per second of the package as it comes, after one pass to warm up."""
    texts = [text for _, _, text in rated_texts(source)]
    scorer = vaderSentiment.SentimentIntensityAnalyzer()
    for text in texts[: len(texts) // 10]:
        scorer.polarity_scores(text)
    start = time.perf_counter()
    for text in texts:
        scorer.polarity_scores(text)
    print(f"{len(texts) / (time.perf_counter() - start):.0f}")


def escape(text):
    """One printable line: backslash, line breaks, tabs and whatever is not printable become escapes."""
    short = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}
    return "".join(
        short.get(char) or (char if char.isprintable() else f"\\u{{{ord(char):x}}}") for char in text
    )


def corpus(target):
    """Writes class, escaped text and the four figures of every sentence of `sentences`."""
    scorer = analyzer()
    seen, rows, classes = set(), [], set()
    for name, text in sentences():
        if text not in seen:
            seen.add(text)
            classes.add(name)
            rows.append(f"{name}\t{escape(text)}\t{figures(scorer, text)}\n")
    write_text(target, "".join(rows))
    print(f"{len(rows)} sentences in {len(classes)} classes")


THINGS = ["the film", "this scene", "that song", "chapter nine", "the finale", "her voice"]
GOOD = ["good", "great", "funny", "lovely", "brilliant"]
BAD = ["bad", "awful", "boring", "sad", "terrible"]
WORDS = GOOD + BAD
BOOSTERS = ["very", "so", "really", "kinda", "hardly", "utterly", "sort of", "just enough"]
NEGATIONS = ["not", "never", "isn't", "without", "nor", "ain't", "hardly ever", "rarely", "WASN'T"]
EMOTICONS = [":)", ":(", ":-D", ":D", ";)", "<3", "</3", "XD", "xd", ":'(", "O_o", "(:", "=)", ":p", ">:(", ":/"]
EMOJI = ["😀", "😂", "😍", "😢", "😡", "❤", "❤️", "👍🏽", "💔", "🔥", "🤦‍♀️", "🇫🇷", "™", "©", "🎉", "😴", "👏", "🥺"]


def sentences():
    """(class, sentence) pairs, written for this project; the products are cut so that no class outweighs."""

    def spread(name, pattern, *lists, limit=30):
        whole = list(itertools.product(*lists))
        step = max(1, len(whole) // limit)
        # A step that shares no factor with the lists walks through all their members.
        while any(math.gcd(step, len(one)) > 1 for one in lists if len(one) > 1) and step > 1:
            step -= 1
        for parts in whole[::step][:limit]:
            yield name, pattern.format(*parts)

    def fixed(name, *texts):
        return [(name, text) for text in texts]

    yield from spread("plain", "I think {0} is {1}.", THINGS, WORDS)
    yield from spread("boosters", "{0} was {1} {2} tonight", THINGS, BOOSTERS, WORDS)
    yield from spread("boosters-two", "well {0} {1} {2} I guess", BOOSTERS, BOOSTERS, WORDS)
    yield from spread("boosters-apart", "it is {0} much too {1}", BOOSTERS, WORDS)
    yield from spread("negation", "{0} is {1} {2}", THINGS, NEGATIONS, WORDS)
    yield from spread("negation-apart", "{0} was {1} at all {2} or {3}", THINGS, NEGATIONS, GOOD, BAD)
    yield from spread("negation-boosted", "{0} {1} {2} {3}, friends", THINGS, NEGATIONS, BOOSTERS, WORDS)
    yield from spread("contractions", "they {0} call {1} {2}",
                      ["don't", "can't", "won't", "couldn't", "shan't", "mightn't", "y'all'dn't", "didnt", "DON'T"],
                      THINGS, WORDS)
    yield from spread("capitals", "{0} IS {1} and {2}", THINGS, [word.upper() for word in WORDS], WORDS)
    yield from spread("capitals-all", "{0} IS {1}", [t.upper() for t in THINGS], [w.upper() for w in WORDS], limit=20)
    yield from spread("capitals-boosters", "so {0} {1} {2}",
                      ["VERY", "HARDLY", "SO", "KINDA", "TOTALLY"], WORDS, ["right now", "RIGHT NOW"])
    yield from spread("exclamation", "{0} is {1}{2}", THINGS, WORDS, ["!", "!!", "!!!", "!!!!", "!!!!!!!", " ! "])
    yield from spread("question", "is {0} {1}{2}", THINGS, WORDS, ["?", "??", "???", "????", "?!", "!?!?", "¿?"])
    yield from spread("emoticons", "{0} {1}", ["movie night", "that was good", "sad", "", "NO WAY"], EMOTICONS)
    yield from spread("emoticons-glued", "{0}{1}", ["great", "ok", "bad ", "x "], EMOTICONS)
    yield from spread("emoji", "{0} {1}", ["popcorn is ready", "what a good ending", "I am sad", "LOL"], EMOJI)
    yield from spread("emoji-glued", "{0}{1}{2}", ["great", "", "nope "], EMOJI, EMOJI[::-1] + ["good", "\tbad"])
    yield from spread("emoji-rows", "{0}{1} {2}{0}", EMOJI, EMOJI[3:9], EMOJI[9:13])
    yield from spread("but", "{0} is {1} but {2} is {3}", THINGS, WORDS, THINGS[::-1], WORDS[::-1])
    yield from spread("but-repeated", "{0} {1}, BUT {0} {0} {1} but {1}", WORDS, WORDS[::-1])
    yield from spread("but-edges", "{0}", [
        "but good", "good but", "but", "But BUT but", "good but good", "good good but good good", "bad but, good",
        "good but, bad", "not good but not good", "very good but very good but bad", "great but great great great",
        "sad but sad but sad", "awful awful but lovely lovely lovely awful", "good. but. bad.", "good but😀bad",
    ])
    yield from spread("least", "{0} least {1}", ["at", "very", "the", "", "AT", "in the very", "at the"], WORDS)
    yield from spread("kind-of", "{0} {1} {2} {3}", ["it is", "well it is only", "x"],
                      ["kind of", "sort of", "kinda", "Kind OF", "kind", "kind of a"], WORDS, ["", "I say"])
    yield from spread("never-so", "{0} {1} {2} {3}",
                      ["never", "I have never been", "without doubt", "without a doubt", "NEVER"],
                      ["so", "this", "SO", "quite so", "that"], WORDS, ["", "before"])
    yield from spread("no", "{0} {1} {2}", ["no", "No", "no,", "there is no", "no no", "nope"],
                      ["", "or", "very", "nor", "great or", "big or"], WORDS)
    yield from spread("idioms", "{0} {1} {2}",
                      ["we all agree that", "", "not", "oh man it is", "VERY", "good"],
                      ["the shit", "the bomb", "bad ass", "badass", "bus stop", "yeah right", "kiss of death",
                       "to die for", "beating heart", "The BOMB", "the bomb."],
                      ["", "tonight", "good stuff", "!!"], limit=40)
    yield from spread("idioms-back", "a {0} that {1} {2}",
                      ["bad ass", "beating heart", "to die for", "kiss of death", "yeah right", "bus stop"],
                      ["good", "is bad", "was very good", "not so great"], ["", "evening"])
    yield from spread("punctuation", "{1}{0}{2} {3}", WORDS, ["\"", "(", "...", "#", "*", "'"],
                      ["\"", ")", "...", ",", "*", "';"], ["", "- no -", "a"])
    yield from spread("slang", "{0} {1} {2}", ["lol", "OMG", "brb", "wtf", "ROFL", "meh", "lmao!"],
                      ["that", "uber", "FRIGGIN", "hella"], ["sux", "rocks", "cute", "ok", "funny"])
    yield from spread("no-charge", "{0}", [
        "the", "the train leaves at nine", "Who is on the sofa?", "42", "3.14 :: 2", "one two three four!",
        "pause it please", "WHAT TIME IS IT", "what time IS it???", "a", "I", "scene 4, take 2",
    ])
    yield from spread("long", "{0}", [
        " ".join(f"{thing} is {word}," for thing, word in itertools.product(THINGS, WORDS)),
        " ".join(f"{word} but {thing}" for thing, word in itertools.product(THINGS, BAD)),
        "good " * 200, "bad " * 199 + "but good", "so " * 50 + "good", "not " * 20 + "good " * 20, "w" * 500 + " good",
        "great" * 20, "ISN'T" * 30 + " good", "!" * 300, "?" * 300 + " bad", ":) " * 40,
    ])
    yield from fixed("non-ascii",
        "Das ist gut, but sehr good", "c'est très bad", "good—great", "good – great", "“good”", "“very good” ‘bad’",
        "naïve but good", "İSTANBUL is GOOD", "ISTANBUL İS GOOD", "STRASSE ß GOOD", "ΣΊΣΥΦΟΣ is GREAT", "ǅUNGLA is GOOD",
        "ǄUNGLA is GOOD", "ᾈ GOOD day", "ⅣX is GREAT fun", "Ⓐ GREAT fun", "ª GREAT FUN", "日本 GOOD", "日本 good 映画", "don’t like it, good",
        "don't like it, good…", "isn’t good", "éisn't good", "ISN'TÉ good", "good\u00a0bad", "very\u2003good", "good\u3000bad", "bad\u200bgood",
        "good\u0301 day", "\u212aind of good", "it is \u212aIND of good", "that \u212aills me", "LI\u212aE good", "hy\u212ae",
        "ñ good", "¡good!", "¿good??", "é!", "éé", "!éé!", "(éé)", "«good»", "good،", "GOOD É", "good É BAD", "ＧＯＯＤ good",
        "𝐆𝐎𝐎𝐃 good GOOD", "Þ :Þ good", ":-þ good", "ĸ good", "ſo good", "ﬁne good", "ŉ good", "ა GOOD", "Ა GOOD", "𐐀 GOOD so")
    yield from fixed("white-space", "", " ", "\t", "\n \r\n", "\u00a0", "\u2003\u3000", "good\tbad", "good\nbad", "good\r\nbad", "  good  ",
                     "good\x0bbad", "good\x0cbad", "good\x1cbad", "good\x1dbad", "good\x1ebad", "good\x1fbad", "good\x85bad",
                     "good\u1680bad", "good\u2028bad", "good\u2029bad", "good\u202fbad", "good\u205fbad", "good\u180ebad",
                     "good\ufeffbad", "\ufeffgood", "\x1f😀", "😀\u00a0good", "\tvery\tgood\t")
    yield from fixed("odd", "!", "?", "??", "!!!!!", ".", "...", "'", "n't", "N'T good", "x n't good", "-", "--- good ---", "_good_", "`good`",
                     "good|bad", "good/bad", "good_bad", "#good", "@good", "$$$", "$$ good", "100% good", "\\good\\", "\x00good", "good\x00",
                     "\x7f bad", "g o o d", "GOOD", "gOOD", "Good Bad", "A GOOD", "a GOOD", "1 GOOD", "1 2 GOOD", "OK", "no", "No.", "no no no",
                     "no good", "no good no", "so", "so.", "so. good", "kind", "kind of", "kind of kind", "of kind", "least good", "a least good",
                     "( '}{' ) kiss", "can't stand it", "fed up", "screwed up", "bus stop", "very", "VERY", "VERY very", "very VERY good",
                     "this this this good", "never never never good", "a b so good", "a so b good", "without doubt good", "without x doubt good",
                     "doubt without good", "just enough good", "x just enough good", "just enough x good", "y x kind of good", "kind of x good",
                     "a kind of very good", "bad ass good", "in the bad ass", "a b c bad ass", "a b c yeah right", "a b c good bus stop",
                     "x y z the shit", "x y bus stop z", "right yeah right good", "died to die for it", "we would kill to die for", "cut the mustard")


def main(arguments):
    """Runs one command; returns the exit status."""
    commands = {"score": (score, 2), "compare": (compare, 2), "corpus": (corpus, 1), "speed": (speed, 1)}
    command, count = commands.get(arguments[0] if arguments else "", (None, 0))
    if command is None or len(arguments) != count + 1:
        print(__doc__, file=sys.stderr)
        return 2
    return command(*arguments[1:]) or 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
