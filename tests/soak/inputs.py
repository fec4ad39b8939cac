"""What the trials start from, and the ways to damage it."""

import gzip
import json
import re
import zlib

# Beyond this a damaged input is cut, but for the few that are meant to be large.
USUAL = 64 << 10
LARGE = 1 << 20

# Marks of the formats, the ends of ranges, and letters that are more than they look like.
HOSTILE = [
    b"\0",
    b"\xef\xbb\xbf",
    b"\xff",
    b"\xc0\x80",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    b"\xe2\x80",
    b"\r",
    b"\r\n",
    b"\n\n",
    b"\x0b\x0c\x1b[31m\x07",
    b'"',
    b"'",
    b"\\",
    b"\\u",
    b"\\ud83d",
    b"\\ud83d\\u0041",
    b"[",
    b"{",
    b"]",
    b"}",
    b",",
    b":",
    b"null",
    b"-0",
    b"1e999",
    b"-1",
    b"9" * 400,
    b"\t",
    b";",
    b'""',
    b'"\n',
    b"&#0;",
    b"&#x110000;",
    b"&nbsp",
    b"&amp;amp;",
    b"<!--",
    b"-->",
    b"]]>",
    b"<![CDATA[",
    b"</p>",
    b"<p",
    b"<script>",
    b"<blockquote>",
    b"<v ",
    b"WEBVTT\n\n",
    b"00:00:01.000 --> 99999999999:00:00.000\n",
    b"\n\n1\n",
    b"From ",
    b"From nobody Thu Jan  1 00:00:00 1970\n",
    b"=?utf-8?B?",
    b"=?utf-8?Q?=",
    b"=\r\n",
    b"=FF=",
    b"Content-Transfer-Encoding: base64\n",
    b'Content-Type: multipart/mixed; boundary=""\n',
    b"--\n",
    b"\n> ",
    b"Content-Type: text/html; charset=utf-16\n",
    b"```\n",
    b"~~~",
    b"---\n",
    b"|",
    b"[x](",
    b"![",
    b"# ",
    b"<!-- buckstop-disable -->",
    b"<!-- buckstop-enable",
    b"# buckstop-disable-next-line not-my-job\n",
    b"[10:00] Agent: ",
    b"Agent: ",
    b"\nCustomer: ",
    b"[12/31/99, 25:61:61] Jane: ",
    b"@",
    b"http://",
    "\u202e\u2066\u200b\u200d\ufeff\u00ad".encode(),
    "e\u0301\u0301\u0301".encode(),
    "İıſßŉﬁǅ".encode(),
    "👩🏽‍👩🏽‍👧🏽🏳️‍🌈".encode(),
    "’“”„«»…—".encode(),
    "\u2028\u2029\u0085".encode(),
    "ｎｏｔ ｍｙ ｊｏｂ".encode(),
    b"they ",
    b" not my job",
    b"That's not my job. ",
    b"it's corporate policy, ",
    b"I'm afraid ",
    b"n't",
]

GZIP = b"\x1f\x8b"

ENCODINGS = [
    "utf-8-sig",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "utf-32",
    "latin-1",
    "cp1252",
    "utf-7",
    "shift_jis",
]


class Seeds:
    """What lies in the repository: files of all formats, records of JSON, messages, packs."""

    def __init__(self, root):
        formats = sorted((root / "tests/formats").glob("*/*"))
        examples = sorted(path for path in (root / "examples").glob("*/*") if path.is_file())
        self.files = [(path.name, path.read_bytes()) for path in formats + examples]
        self.formats = sorted(path.name for path in (root / "tests/formats").iterdir())
        self.messages = [
            json.loads(line)
            for path in sorted((root / "rules/training").glob("*.jsonl"))
            for line in path.read_text().splitlines()
        ]
        self.records = [record for path in formats for record in records(path)]
        packs = sorted(root.glob("tests/cmd/*/*.toml")) + sorted(
            root.glob("fuzz/regressions/packs/*")
        )
        self.packs = [path.read_bytes() for path in packs]
        snippets = (root / "docs/writing-rules.md").read_text()
        self.packs += [
            it.encode() for it in re.findall(r"^```toml\n(.*?)^```", snippets, re.S | re.M)
        ]
        for path in sorted((root / "rules").glob("*.toml")):
            lists, *rules = re.split(r"^(?=\[\[rule\]\])", path.read_text(), flags=re.M)
            # By another name, a rule can stand beside those that come with buckstop.
            self.packs += [
                (lists + rule.replace('id = "', 'id = "our-', 1)).encode() for rule in rules
            ]

    def message(self, pick):
        """The text of a labelled message."""
        return pick.choice(self.messages)["text"]

    def file(self, pick):
        """A file, its name and what is in it, often with somebody's words put among its own."""
        name, data = pick.choice(self.files)
        if pick.random() < 0.5:
            data = insert(pick, data, self.message(pick).encode())
        return name, data


def records(path):
    """The lines of JSON Lines, or a file of JSON as one line."""
    text = path.read_text(errors="replace")
    if path.suffix in (".jsonl", ".ndjson"):
        return [line.encode() for line in text.splitlines() if line.strip()]
    if path.suffix == ".json":
        try:
            return [json.dumps(json.loads(text)).encode()]
        except ValueError:
            return [text.replace("\n", " ").encode()]
    return []


def damage(pick, data, others):
    """An input, damaged in one to four ways; `others` is a function that gives another input."""
    for _ in range(pick.choice([1, 1, 2, 2, 3, 4])):
        data = pick.choice(DAMAGES)(pick, data, others)
    return data[: LARGE if pick.random() < 0.02 else USUAL]


def insert(pick, data, more):
    at = pick.randint(0, len(data))
    return data[:at] + more + data[at:]


def part(pick, data):
    """The ends of a part of it, most often a short one."""
    start = pick.randint(0, len(data))
    return start, min(len(data), start + pick.choice([1, 2, 5, 20, 100, 1000, 100_000]))


def flipped(pick, data, _):
    data = bytearray(data)
    for _ in range(pick.choice([1, 1, 3, 20]) if data else 0):
        data[pick.randrange(len(data))] ^= 1 << pick.randrange(8)
    return bytes(data)


def cut_off(pick, data, _):
    return data[: pick.randint(0, len(data))]


def cut_out(pick, data, _):
    start, end = part(pick, data)
    return data[:start] + data[end:]


def doubled(pick, data, _):
    return data + pick.choice([b"", b"\n", b"\n\n"]) + data


def repeated(pick, data, _):
    start, end = part(pick, data)
    times = pick.choice([2, 10, 100, 5000])
    return data[:start] + (data[start:end] * times)[:LARGE] + data[end:]


def spliced(pick, data, others):
    other = others()
    return data[: pick.randint(0, len(data))] + other[pick.randint(0, len(other)) :]


def exchanged(pick, data, others):
    """A part of another input in the place of a part."""
    start, end = part(pick, data)
    other = others()
    begin, stop = part(pick, other)
    return data[:start] + other[begin:stop] + data[end:]


def hostile(pick, data, _):
    for _ in range(pick.choice([1, 1, 2, 10])):
        data = insert(pick, data, pick.choice(HOSTILE))
    return data


def nested(pick, data, _):
    """Deep in what opens again and again, closed or not."""
    start, end = pick.choice(
        [
            (b"[", b"]"),
            (b'{"a":', b"}"),
            (b"<div>", b"</div>"),
            (b"(", b")"),
            (b"> ", b""),
            (b"\xe2\x80\x9c", b"\xe2\x80\x9d"),
            (b"- ", b""),
            (b"*", b"*"),
        ]
    )
    times = pick.choice([3, 50, 127, 128, 129, 1000, 20_000])
    inside = pick.choice([data, b""])
    deep = start * times + inside + (end * times if pick.random() < 0.7 else b"")
    return deep if inside else insert(pick, data, deep)


def long_line(pick, data, _):
    if pick.random() < 0.5:
        return data.replace(b"\n", b" ")
    word = pick.choice(
        [b"x", b"they ", b"not my job, ", "é".encode(), b" ", b"\t", b".", b"-", b"a,"]
    )
    return insert(pick, data, word * pick.choice([100, 5000, 100_000]))


def other_line_ends(pick, data, _):
    return data.replace(
        b"\n", pick.choice([b"\r\n", b"\r", b"\n\n", b"", "\u2028".encode(), b"\0"])
    )


def other_encoding(pick, data, _):
    """As if another program had saved it, or had read it as what it is not."""
    text = data.decode(pick.choice(["utf-8", "utf-8", "latin-1"]), errors="replace")
    return text.encode(pick.choice(ENCODINGS), errors=pick.choice(["replace", "ignore"]))


def other_case(pick, data, _):
    return pick.choice([data.upper(), data.lower(), data.title()])


def other_numbers(pick, data, _):
    number = pick.choice(
        [b"0", b"-1", b"1e400", b"18446744073709551616", b"0.1e-9999", b"007", b"NaN"]
    )
    return re.sub(rb"\d+", lambda it: number if pick.random() < 0.3 else it[0], data)


DAMAGES = [
    flipped,
    cut_off,
    cut_out,
    doubled,
    repeated,
    spliced,
    exchanged,
    hostile,
    hostile,
    hostile,
    nested,
    long_line,
    other_line_ends,
    other_encoding,
    other_case,
    other_numbers,
]


def compressed(pick, data):
    """As .gz, whole, damaged, with another behind it, or much larger than it looks."""
    packed = gzip.compress(data, 1, mtime=0)
    return pick.choice(
        [
            packed,
            packed + packed,
            packed + b"junk",
            packed[: pick.randint(0, len(packed))],
            flipped(pick, packed, None),
            gzip.compress(data + b"not my job " * 200_000, 1, mtime=0),
        ]
    )


def plain(name, data):
    """What is in a file, compressed or not, as far as it can be had."""
    if not name.endswith(".gz") or not data.startswith(GZIP):
        return data
    whole = b""
    while data.startswith(GZIP):
        reader = zlib.decompressobj(wbits=31)
        try:
            whole += reader.decompress(data)
        except zlib.error:
            break
        data = reader.unused_data
    return whole


# Values that a record may have anywhere, and that few expect.
VALUES = [
    None,
    True,
    0,
    -1,
    1e300,
    10**30,
    "",
    " ",
    "\0",
    "\ud83d",
    "\u202e\u2066",
    [],
    {},
    [[]],
    [None],
    {"": ""},
    "not my job",
    {"text": "Not my job."},
    ["agent", "Not my job."],
    "x" * 10_000,
    "they " * 3000,
    "İ" * 100,
    [1] * 1000,
    {"id": 1},
    "2026-13-45T99:99:99Z",
    "agent",
    "customer",
]


def rebuilt(pick, record):
    """A record of JSON with some of its values exchanged, doubled, renamed or left out."""
    try:
        value = json.loads(record)
    except ValueError:
        return record
    for _ in range(pick.choice([1, 1, 2, 5])):
        value = with_other_value(pick, value)
    nesting = pick.choice([0] * 20 + [1, 60, 120, 126, 500])
    text = json.dumps(value, ensure_ascii=pick.random() < 0.5)
    text = '{"messages":[' * nesting + text + "]}" * nesting
    return text.encode(errors="surrogatepass")


def with_other_value(pick, value):
    """The same with something else in one place."""
    if isinstance(value, dict) and value and pick.random() < 0.85:
        key = pick.choice(list(value))
        kind = pick.random()
        if kind < 0.1:
            return {name: it for name, it in value.items() if name != key}
        if kind < 0.2:
            other = pick.choice(
                ["id", "text", "role", "content", "messages", "speaker", "", "\0", "TEXT"]
            )
            return {other if name == key else name: it for name, it in value.items()}
        return value | {key: with_other_value(pick, value[key])}
    if isinstance(value, list) and value and pick.random() < 0.85:
        at = pick.randrange(len(value))
        kind = pick.random()
        if kind < 0.2:
            return value[:at] + [value[at]] * pick.choice([0, 2, 300]) + value[at + 1 :]
        return value[:at] + [with_other_value(pick, value[at])] + value[at + 1 :]
    return pick.choice(VALUES)
