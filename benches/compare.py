#!/usr/bin/env python3
"""Whole processes side by side: buckstop, grep, ripgrep and, where installed, typos and vale.

Everything is made from what lies in the repository: the corpus from the examples of the
rules, the plain phrases for the text searches from the words that those examples flag. All
programs take turns within one run, so that what is printed is their ratio and not the
machine's mood.

    cargo build --release && benches/compare.py [--binary PATH] [--megabytes N] [--runs N]
"""

import argparse
import functools
import gzip
import json
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import tomllib
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
    """Sentences in which no rule finds anything: the repository's own documentation."""
    paths = [ROOT / "README.md", ROOT / "ARCHITECTURE.md", *sorted((ROOT / "docs").glob("*.md"))]
    text = "\n".join(re.sub(r"```.*?```", "", path.read_text(), flags=re.S) for path in paths)
    sentences = re.findall(r"[A-Z][^.!?|\n]{20,160}[.!?]", text.replace("\n", " "))
    return [sentence for sentence in sentences if "`" not in sentence]


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


def drafts(size, share, seed=1):
    text, total = [], 0
    for message in messages(10**9, share, seed):
        text.append(message)
        total += len(message) + 2
        if total >= size:
            return "\n\n".join(text) + "\n"


def timed(command, **more):
    """Seconds of one run; exit codes above 1 are failures of the comparison."""
    start = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **more)
    seconds = time.perf_counter() - start
    if done.returncode > 2 or done.returncode < 0:
        sys.exit(f"{command}: {done.stderr.decode()}")
    return seconds


def compare(title, commands, runs, size=None):
    """Runs all commands in turn and prints their medians as ratios to the first."""
    times = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            times[name].append(timed(command))
    medians = {name: statistics.median(all) for name, all in times.items()}
    first = next(iter(medians.values()))
    print(f"\n{title}")
    for name, seconds in medians.items():
        rate = f"{size / seconds / 1e6:9.1f} MB/s" if size else ""
        print(f"  {name:34} {seconds * 1e3:10.1f} ms {seconds / first:8.2f} x {rate}")


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


def others():
    """Other linters of prose, where they are installed."""
    known = {"typos": ["typos", "--isolated", "-j1"], "vale": ["vale", "--no-exit"]}
    found = {name: command for name, command in known.items() if shutil.which(name)}
    for name in known.keys() - found.keys():
        print(f"{name} is not installed and left out", file=sys.stderr)
    return found


def generated_pack(count, seed=3):
    """A pack of phrases of three words each, drawn from a vocabulary as large as English's."""
    pick = random.Random(seed)
    words = sorted({w.lower() for text in prose() for w in re.findall(r"[A-Za-z]{3,}", text)})
    words += [f"{a}{b}" for a in words[:400] for b in ("ful", "ness", "ward", "ly")]
    phrases = [" ".join(pick.sample(words, 3)) for _ in range(count)]
    lines = ", ".join(json.dumps(phrase) for phrase in phrases)
    return f'[[rule]]\nid = "generated"\nwhy = "A benchmark."\nphrases = [{lines}]\n'


def doubling(buckstop, folder, runs):
    """Adversarial inputs of one size and twice that size: time may at most double."""
    quotes = ['"', "\u201c", "'", "(", "`", "> "]
    inputs = {
        "they": lambda n: ("txt", "they " * (n * 250_000)),
        "nested quotes": lambda n: ("txt", "".join(q + "not my job " for q in quotes) * (n * 2_000)),
        "no space": lambda n: ("txt", "x" * (n * 5_000_000)),
        "no full stop": lambda n: ("txt", "we can not help you they told us no, " * (n * 15_000)),
        "fillers": lambda n: ("txt", "that is, really, just, um, not, um, my, well, job, " * (n * 8_000)),
        "deep JSON": lambda n: ("json", "[" * (n * 100_000) + "]" * (n * 100_000)),
        "wide JSON": lambda n: ("json", json.dumps({"messages": [{"role": "assistant", "content": "It is not my job."}] * (n * 20_000)})),
        "gzip bomb": lambda n: ("txt.gz", "a" * (n * 16_000_000)),
    }
    print("\nAdversarial input, doubled")
    for name, make in inputs.items():
        paths = []
        for times in (1, 2):
            ending, text = make(times)
            path = folder / f"adversarial-{times}.{ending}"
            data = text.encode()
            path.write_bytes(gzip.compress(data, 1) if ending.endswith("gz") else data)
            paths.append(path)
        medians = [
            statistics.median(
                timed([buckstop, "check", "--no-config", "--output-format", "concise", path])
                for _ in range(runs)
            )
            for path in paths
        ]
        ratio = medians[1] / medians[0]
        print(f"  {name:34} {medians[0] * 1e3:10.1f} ms {medians[1] * 1e3:10.1f} ms {ratio:8.2f} x")


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--binary", type=Path, default=ROOT / "target/release/buckstop")
    arguments.add_argument("--megabytes", type=float, default=10)
    arguments.add_argument("--runs", type=int, default=5)
    given = arguments.parse_args()
    buckstop = given.binary.resolve()
    _, spans = examples()
    phrases = sorted(set(spans))
    random.Random(2).shuffle(phrases)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.chdir(folder)
        check = [buckstop, "check", "--no-config", "--output-format", "concise"]
        found = searches(folder, phrases[:150])
        linters = others()

        draft = folder / "draft.txt"
        draft.write_text(drafts(300, 1))
        all_of = empty_program(folder)
        all_of["buckstop check"] = [*check, draft]
        all_of["buckstop fmt"] = [buckstop, "fmt", "--no-config", "--check", draft]
        all_of |= {name: [*it, draft] for name, it in (found | linters).items()}
        compare("A draft of 300 bytes", all_of, 4 * given.runs)

        size = int(given.megabytes * 1e6)
        for share in (0, 0.1, 1):
            text = folder / f"replies-{share}.txt"
            text.write_text(drafts(size, share))
            all_of = {"wc -l": ["wc", "-l", text], "buckstop check": [*check, text]}
            all_of |= {name: [*it, text] for name, it in (found | linters).items()}
            title = f"Replies, {given.megabytes} MB, an example of a rule in {share:.0%} of them"
            compare(title, all_of, given.runs, size)

        lines = folder / "chats.jsonl"
        with lines.open("w") as out:
            for text in messages(int(size / 400), 0.1):
                turn = {"role": "assistant", "content": text}
                out.write(json.dumps({"messages": [turn]}) + "\n")
        all_of = {"wc -l": ["wc", "-l", lines], "buckstop check": [*check, lines]}
        all_of |= {name: [*it, lines] for name, it in found.items()}
        compare("Transcripts as JSON Lines", all_of, given.runs, lines.stat().st_size)

        small = folder / "small"
        small.mkdir()
        for number in range(5000):
            (small / f"{number}.txt").write_text(drafts(2000, 0.1, number))
        all_of = {name: [*it, small] for name, it in found.items() if name.startswith("rg")}
        all_of["buckstop check"] = [*check, small]
        compare("5,000 files of 2 KB", all_of, max(2, given.runs // 2))

        text = folder / "replies-0.1.txt"
        packs = {}
        for count in (500, 5000):
            pack = folder / f"pack-{count}.toml"
            pack.write_text(generated_pack(count))
            command = [*check, "--no-default-rules", "--rules", pack]
            packs[f"{count} phrases, an empty draft"] = [*command, draft]
            packs[f"{count} phrases"] = [*command, text]
        compare("Ten times as many phrases", packs, given.runs)

        doubling(buckstop, folder, max(2, given.runs // 2))


if __name__ == "__main__":
    main()
