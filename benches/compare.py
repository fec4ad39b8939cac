#!/usr/bin/env python3
"""Whole processes side by side: buckstop, grep, ripgrep and, where installed, typos and vale.

Everything is made from what lies in the repository: the corpora from the examples of the
rules, the documentation and the labelled messages, the plain phrases for the text searches
from the words that the examples flag. All programs take turns within one run, and of each the
fastest counts, so that what is printed is their ratio and not the machine's mood.

    cargo build --release && benches/compare.py [options] [part...]

The parts are start, replies, transcripts, threads, files, packs, memory and adversarial; all of
them, if none is named. With --markdown they come as rows of a table.
"""

import argparse
import csv
import functools
import gzip
import itertools
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@functools.cache
def examples():
    """All examples of the rules, and the words flagged in them."""
    texts, spans = [], []
    for path in sorted((ROOT / "rules").glob("*.toml")):
        for rule in tomllib.loads(path.read_text()).get("rule", []):
            for example in rule.get("examples", []):
                texts.append(example.get("flag") or example.get("pass"))
                spans += [example["span"]] if "span" in example else []
    return texts, spans


@functools.cache
def prose():
    """Sentences of the repository's own documentation that quote nobody, code left out."""
    paths = [ROOT / "README.md", ROOT / "ARCHITECTURE.md", *sorted((ROOT / "docs").glob("*.md"))]
    text = "\n".join(re.sub(r"```.*?```", "", path.read_text(), flags=re.S) for path in paths)
    sentences = re.findall(r"[A-Z][^.!?|\n]{20,160}[.!?]", text.replace("\n", " "))
    return [sentence for sentence in sentences if not set('`"*<>') & set(sentence)]


def messages(count, share, seed=1):
    """Messages of three sentences; `share` of them hold an example of a rule."""
    pick = random.Random(seed)
    texts, _ = examples()
    calm = prose()
    for _ in range(count):
        parts = [pick.choice(calm) for _ in range(3)]
        if pick.random() < share:
            parts[1] = pick.choice(texts)
        yield " ".join(parts)


@functools.cache
def labelled():
    """What agents say in the labelled messages, shuffled."""
    paths = sorted((ROOT / "rules/training").glob("*.jsonl"))
    texts = [json.loads(line)["text"] for path in paths for line in path.read_text().splitlines()]
    random.Random(4).shuffle(texts)
    return texts


def drafts(size, texts):
    """As many texts as it takes to such a size, a paragraph each."""
    taken, total = [], 0
    for text in texts:
        taken.append(text)
        total += len(text) + 2
        if total >= size:
            break
    return "\n\n".join(taken) + "\n"


def json_lines(path, size):
    """Messages of agents, of which one in ten holds an example of a rule."""
    with path.open("w") as out:
        for text in messages(int(size / 400), 0.1):
            out.write(json.dumps({"messages": [{"role": "assistant", "content": text}]}) + "\n")
    return path


def table(path, size):
    """The same as a table."""
    with path.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["conversation", "role", "text"])
        for number, text in enumerate(messages(int(size / 370), 0.1)):
            writer.writerow([number, "agent", text])
    return path


@dataclass
class Bench:
    """What is compared, where, and how results are told."""

    buckstop: Path
    folder: Path
    size: int
    runs: int
    clock: str
    markdown: bool
    phrases: list

    def check(self, *more):
        return [self.buckstop, "check", "--no-config", "--output-format", "concise", *more]

    def compare(self, title, commands, size=None, runs=None, clock=None):
        """Runs all commands in turn and tells the fastest run of each, and their ratios."""
        times = {name: [] for name in commands}
        for _ in range(runs or self.runs):
            for name, command in commands.items():
                times[name].append(timed(command)[clock or self.clock])
        fastest = {name: min(all) for name, all in times.items()}
        (self.tell_rows if self.markdown else self.tell)(title, fastest, size)

    def tell(self, title, times, size):
        """All times, as ratios to the first."""
        first = next(iter(times.values()))
        print(f"\n{title}")
        for name, seconds in times.items():
            rate = f"{size / seconds / 1e6:9.1f} MB/s" if size else ""
            print(
                f"  {name:34} {seconds * 1e3:10.1f} ms {seconds / first:8.2f} x {rate}", flush=True
            )

    def tell_rows(self, title, times, size):
        """A row for each run of buckstop and each other program, or else its own first run."""
        others = [name for name in times if not name.startswith(("buckstop", "wc"))]
        others = others or [next(iter(times))]
        for name, other in itertools.product(times, others):
            if name.startswith("buckstop") and name != other:
                rate = f"{size / times[name] / 1e6:.1f} MB/s" if size else ""
                ratio = times[name] / times[other]
                print(f"| {title}, `{name}` | {other} | {ratio:.2f} | {rate} |", flush=True)


def timed(command):
    """Seconds of one run by the clock and of the processor; codes above 2 are failures."""
    start = time.perf_counter()
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - start
        if process.returncode > 2 or process.returncode < 0:
            errors.seek(0)
            sys.exit(f"{command}: {errors.read().decode()}")
    return {"wall": seconds, "cpu": used.ru_utime + used.ru_stime}


def peak(command, **pipes):
    """The most memory that a command has held, in bytes.

    What is told of a process counts the memory of the one that started it, so a small one does.
    """
    ask = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL); "
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", ask, *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        **pipes,
    )
    unit = 1 if sys.platform == "darwin" else 1024
    return int(done.stdout) * unit


def empty_program(folder):
    """The least that a Rust program takes to start."""
    rustc = shutil.which("rustc")
    if not rustc:
        return {}
    (folder / "empty.rs").write_text("fn main() {}\n")
    subprocess.run([rustc, "-O", "-o", folder / "empty", folder / "empty.rs"], check=True)
    return {"an empty Rust program": [folder / "empty"]}


def searches(folder, phrases):
    """Text searches for plain phrases, of those that are installed."""
    (folder / "phrases").write_text("\n".join(phrases) + "\n")
    all_of = {
        "grep -F -i, 150 phrases": ["grep", "-F", "-i", "-c", "-f", folder / "phrases"],
        "rg -F -i, 150 phrases": ["rg", "-j1", "-F", "-i", "-c", "-f", folder / "phrases"],
    }
    return {name: it for name, it in all_of.items() if shutil.which(it[0])}


def others(folder, phrases):
    """Other linters of prose, where they are installed and work: vale looks for the phrases, too."""
    known = {
        "typos": ["typos", "--isolated", "-j1"],
        "vale, 150 phrases": [
            "vale",
            f"--config={vale_style(folder, phrases)}",
            "--no-exit",
            "--output=line",
        ],
    }
    found = {}
    for name, command in known.items():
        if (
            shutil.which(command[0])
            and not subprocess.run([command[0], "--version"], capture_output=True).returncode
        ):
            found[name] = command
        else:
            print(f"{command[0]} is not installed and left out", file=sys.stderr)
    return found


def vale_style(folder, phrases):
    """A configuration of vale with a style that knows the phrases and nothing else."""
    style = folder / "styles" / "Plain"
    style.mkdir(parents=True)
    tokens = "".join(f"  - {json.dumps(re.escape(phrase))}\n" for phrase in phrases)
    rule = "extends: existence\nmessage: \"'%s' deflects.\"\nlevel: warning\nignorecase: true\ntokens:\n"
    (style / "Phrases.yml").write_text(rule + tokens)
    settings = folder / "vale.ini"
    settings.write_text(
        "StylesPath = styles\nMinAlertLevel = warning\n\n[*]\nBasedOnStyles = Plain\n"
    )
    return settings


def generated_pack(count, seed=3):
    """A pack of phrases of three words each, drawn from a vocabulary as large as English's."""
    pick = random.Random(seed)
    words = sorted({w.lower() for text in prose() for w in re.findall(r"[A-Za-z]{3,}", text)})
    words += [f"{a}{b}" for a in words[:400] for b in ("ful", "ness", "ward", "ly")]
    phrases = [" ".join(pick.sample(words, 3)) for _ in range(count)]
    lines = ", ".join(json.dumps(phrase) for phrase in phrases)
    return f'[[rule]]\nid = "generated"\nwhy = "A benchmark."\nphrases = [{lines}]\n'


def start(bench):
    draft = bench.folder / "draft.txt"
    draft.write_text(drafts(300, messages(10, 1)))
    all_of = empty_program(bench.folder)
    all_of["buckstop check"] = bench.check(draft)
    all_of["buckstop fmt"] = [bench.buckstop, "fmt", "--no-config", "--check", draft]
    found = searches(bench.folder, bench.phrases) | others(bench.folder, bench.phrases)
    all_of |= {name: [*it, draft] for name, it in found.items()}
    bench.compare("a draft of 300 bytes", all_of, runs=4 * bench.runs)


def replies(bench):
    found = searches(bench.folder, bench.phrases) | others(bench.folder, bench.phrases)
    corpora = {
        f"replies, {share:.0%} with an example of a rule": messages(10**9, share)
        for share in (0, 0.1, 1)
    }
    corpora["labelled replies"] = itertools.cycle(labelled())
    corpora["labelled replies, each once"] = labelled()
    for title, texts in corpora.items():
        text = bench.folder / "replies.txt"
        text.write_text(drafts(bench.size, texts))
        all_of = {
            "wc -l": ["wc", "-l", text],
            "buckstop check": bench.check(text),
            "buckstop check --no-learned": bench.check("--no-learned", text),
        }
        all_of |= {name: [*it, text] for name, it in found.items()}
        bench.compare(title, all_of, text.stat().st_size)


def transcripts(bench):
    found = searches(bench.folder, bench.phrases)
    for title, make, ending in [("JSON Lines", json_lines, "jsonl"), ("a table", table, "csv")]:
        path = make(bench.folder / f"chats.{ending}", bench.size)
        all_of = {
            "wc -l": ["wc", "-l", path],
            "buckstop check": bench.check("--threads", "1", path),
            "buckstop check --no-learned": bench.check("--threads", "1", "--no-learned", path),
        }
        all_of |= {name: [*it, path] for name, it in found.items()}
        bench.compare(f"transcripts as {title}", all_of, path.stat().st_size)


def threads(bench):
    path = json_lines(bench.folder / "chats.jsonl", 4 * bench.size)
    all_of = {
        f"buckstop check --threads {n}": bench.check("--threads", str(n), path) for n in (2, 1)
    }
    bench.compare("JSON Lines", all_of, path.stat().st_size, clock="wall")


def files(bench):
    small = bench.folder / "small"
    small.mkdir()
    for number in range(5000):
        (small / f"{number}.txt").write_text(drafts(2000, messages(100, 0.1, number)))
    found = searches(bench.folder, bench.phrases)
    all_of = {name: [*it, small] for name, it in found.items() if name.startswith("rg")}
    all_of["buckstop check"] = bench.check(small)
    bench.compare("5,000 files of 2 KB", all_of, runs=max(2, bench.runs // 2))


def packs(bench):
    draft, text = bench.folder / "draft.txt", bench.folder / "replies.txt"
    draft.write_text("Hello.\n")
    text.write_text(drafts(bench.size, messages(10**9, 0.1)))
    for title, path in [("an empty draft", draft), ("replies", text)]:
        all_of = {}
        for count in (500, 5000):
            pack = bench.folder / f"pack-{count}.toml"
            pack.write_text(generated_pack(count))
            all_of[f"buckstop, {count} phrases"] = bench.check(
                "--no-default-rules", "--rules", pack, path
            )
        bench.compare(f"ten times as many phrases, {title}", all_of)


def memory(bench):
    """The most memory held for a file, and for one ten times as large."""
    peaks = {"check": [], "stream": []}
    for times in (1, 10):
        path = json_lines(bench.folder / "chats.jsonl", times * bench.size)
        peaks["check"].append(peak(bench.check(path)))
        with path.open() as lines:
            peaks["stream"].append(peak([bench.buckstop, "stream", "--no-config"], stdin=lines))
    sizes = [f"{times * bench.size / 1e6:g} MB" for times in (1, 10)]
    if not bench.markdown:
        print(f"\nMost memory, for {sizes[0]} and {sizes[1]} of JSON Lines")
    for name, (small, large) in peaks.items():
        if bench.markdown:
            print(
                f"| memory of `{name}`, {sizes[1]} of JSON Lines | {sizes[0]} | {large / small:.2f} | {large / 1e6:.0f} MB |"
            )
        else:
            print(
                f"  {name:34} {small / 1e6:10.1f} MB {large / 1e6:10.1f} MB {large / small:8.2f} x"
            )


def adversarial(bench):
    """Inputs that ask for much, of one size and twice that size: time may at most double."""
    quotes = ['"', "\u201c", "'", "(", "`", "> "]
    inputs = {
        "they": lambda n: ("txt", "they " * (n * 250_000)),
        "nested quotes": lambda n: (
            "txt",
            "".join(q + "not my job " for q in quotes) * (n * 2_000),
        ),
        "no space": lambda n: ("txt", "x" * (n * 5_000_000)),
        "no full stop": lambda n: ("txt", "we can not help you they told us no, " * (n * 15_000)),
        "fillers": lambda n: (
            "txt",
            "that is, really, just, um, not, um, my, well, job, " * (n * 8_000),
        ),
        "deep JSON": lambda n: ("json", "[" * (n * 100_000) + "]" * (n * 100_000)),
        "wide JSON": lambda n: (
            "json",
            json.dumps(
                {"messages": [{"role": "assistant", "content": "It is not my job."}] * (n * 20_000)}
            ),
        ),
        "gzip bomb": lambda n: ("txt.gz", "a" * (n * 16_000_000)),
    }
    if not bench.markdown:
        print("\nAdversarial input, doubled")
    for name, make in inputs.items():
        fastest = []
        for times in (1, 2):
            ending, text = make(times)
            path = bench.folder / f"adversarial.{ending}"
            data = text.encode()
            path.write_bytes(gzip.compress(data, 1) if ending.endswith("gz") else data)
            runs = [timed(bench.check(path))[bench.clock] for _ in range(max(2, bench.runs // 2))]
            fastest.append(min(runs))
        once, twice = fastest
        if bench.markdown:
            print(f"| {name}, doubled | the half of it | {twice / once:.2f} | |", flush=True)
        else:
            print(
                f"  {name:34} {once * 1e3:10.1f} ms {twice * 1e3:10.1f} ms {twice / once:8.2f} x",
                flush=True,
            )


PARTS = {
    it.__name__: it
    for it in (start, replies, transcripts, threads, files, packs, memory, adversarial)
}


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("parts", nargs="*", metavar="part", help=", ".join(PARTS))
    arguments.add_argument("--binary", type=Path, default=ROOT / "target/release/buckstop")
    arguments.add_argument("--megabytes", type=float, default=10)
    arguments.add_argument("--runs", type=int, default=5)
    arguments.add_argument(
        "--clock",
        choices=["wall", "cpu"],
        default="wall",
        help="what is compared: time by the clock, or of the processor; threads always by the clock",
    )
    arguments.add_argument(
        "--markdown", action="store_true", help="rows of a table: what, compared with, ratio, rate"
    )
    given = arguments.parse_args()
    for part in set(given.parts) - PARTS.keys():
        arguments.error(f"there is no part `{part}`; there are {', '.join(PARTS)}")
    if not given.binary.is_file():
        sys.exit(
            f"{given.binary} is not there; `cargo build --release` makes it, or name another with --binary"
        )
    buckstop = given.binary.resolve()
    _, spans = examples()
    phrases = sorted(set(spans))
    random.Random(2).shuffle(phrases)
    if given.markdown:
        print("| what | compared with | ratio | |\n|---|---|---|---|")
    for part in given.parts or PARTS:
        with tempfile.TemporaryDirectory() as name:
            os.chdir(name)
            bench = Bench(
                buckstop,
                Path(name),
                int(given.megabytes * 1e6),
                given.runs,
                given.clock,
                given.markdown,
                phrases[:150],
            )
            PARTS[part](bench)
            os.chdir(ROOT)


if __name__ == "__main__":
    main()
