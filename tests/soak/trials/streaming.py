"""One `buckstop stream` that lives as long as the run.

Every line is answered by one line of JSON, in order and within bounded time, with the record's id;
nothing else comes; the same record gets the same answer hours later; memory stays where it was.
"""

import json
import queue
import re
import subprocess
import threading
import time

import inputs
import trials
from program import PATIENCE, SECONDS, SECONDS_PER_MB, Failed, must

# Answers after which memory has found its level, and how much it may still grow.
WARM_UP = 20_000
GROWTH = 96 << 20
# Answers that are asked for again, to see that they are still the same.
REMEMBERED = 200


class Trial(trials.Trial):
    NAME = "stream"

    def __init__(self, buckstop, seeds, failures, pick):
        super().__init__(buckstop, seeds, failures, pick)
        self.slowest = 0
        self.remembered = []
        self.starts = 0
        self.start()

    def start(self):
        self.starts += 1
        self.answered = 0
        self.level = None
        self.process = self.buckstop.start(
            ["stream", "--no-config", "--threads", "2"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.answers = queue.SimpleQueue()
        threading.Thread(target=read, args=(self.process.stdout, self.answers), daemon=True).start()
        self.errors = queue.SimpleQueue()
        threading.Thread(target=read, args=(self.process.stderr, self.errors), daemon=True).start()

    def until(self, end):
        while time.monotonic() < end:
            # A single record is answered while the input waits; of many, several at a time.
            count = self.pick.choice([1, 1, 1, 2, 50, 500])
            self.ask([self.record(number) for number in range(count)])

    def record(self, number):
        """A line without its end: sound, damaged or hostile."""
        pick = self.pick
        if self.remembered and pick.random() < 0.05:
            return pick.choice(self.remembered)[0]
        record = pick.choice(self.seeds.records) if pick.random() < 0.4 else self.said(number)
        kind = pick.random()
        if kind < 0.3:
            record = inputs.rebuilt(pick, record)
        elif kind < 0.6:
            record = inputs.damage(pick, record, lambda: pick.choice(self.seeds.records))
        elif kind < 0.62:
            record = pick.choice(
                [
                    b"",
                    b" ",
                    b"\r",
                    b"[",
                    b"[" * 100_000,
                    b"5",
                    b"{}",
                    b"[]",
                    b'""',
                    b"\xef\xbb\xbf{}",
                ]
            )
        return record.replace(b"\n", b" ")

    def said(self, number):
        """A labelled message as a record, alone or after what the customer said."""
        message = self.pick.choice(self.seeds.messages)
        said = {"role": "agent", "text": message["text"]}
        ids = [
            number,
            f"{message['id']}-{number}",
            None,
            1.5,
            "\u202e\n",
            ["a", 1],
            {"a": None},
            10**25,
        ]
        name = {} if self.pick.random() < 0.1 else {"id": self.pick.choice(ids)}
        asked = message["customer"]
        if asked is None or self.pick.random() < 0.5:
            return json.dumps(name | said).encode()
        turns = [{"role": "customer", "text": asked}, said]
        return json.dumps({"messages": turns} | name).encode()

    def ask(self, lines):
        """Sends lines at once, and reads as many answers."""
        size = sum(map(len, lines))
        limit = PATIENCE * (SECONDS + SECONDS_PER_MB * size / 1e6)
        writer = threading.Thread(
            target=self.write, args=(b"".join(it + b"\n" for it in lines),), daemon=True
        )
        start = time.monotonic()
        writer.start()
        for at, line in enumerate(lines):
            try:
                answer = self.answers.get(timeout=max(0.1, start + limit - time.monotonic()))
                must(answer is not None, "it ended")
                self.judge(line, answer)
                self.passed += 1
            except queue.Empty:
                self.broken(f"no answer within {limit:.0f} s", lines[at:])
                return
            except Failed as why:
                if self.process.poll() is not None or str(why) == "it ended":
                    self.broken(f"it ended with {self.process.wait()}", lines[at:])
                    return
                self.keep(why, [line])
        writer.join()
        if len(lines) == 1:
            self.slowest = max(self.slowest, time.monotonic() - start)
        self.answered += len(lines)
        try:
            self.between()
        except Failed as why:
            self.broken(why, lines)

    def write(self, data):
        try:
            self.process.stdin.write(data)
            self.process.stdin.flush()
        except OSError:
            # It has ended, which is noticed where its answers are read.
            pass

    def judge(self, line, answer):
        """Holds an answer against its record."""
        must(answer.endswith(b"\n"), "the answer ends in the middle of its line")
        try:
            read = json.loads(answer)
        except ValueError as error:
            raise Failed(f"the answer is no JSON: {error}: {answer[:300]!r}") from error
        if "error" in read:
            must(read.keys() == {"id", "error"}, f"odd members: {list(read)}")
            must(read["error"]["message"], "an error without a message")
            column = read["error"]["column"]
            must(column is None or 1 <= column <= len(line) + 1, f"there is no column {column}")
        else:
            must(read.keys() == {"id", "turns", "findings"}, f"odd members: {list(read)}")
            must(read["turns"] or not read["findings"], "findings without a turn")
            for finding in read["findings"]:
                start, end = finding["span"]["start"], finding["span"]["end"]
                must(0 <= start < end <= len(line), f"the span {start}..{end} is not in the record")
        same_id(line, read)
        before = next((told for asked, told in self.remembered if asked == line), answer)
        must(before == answer, f"it once answered {before[:1000]!r}, now {answer[:1000]!r}")
        if "findings" in read and len(line) < 5000 and len(self.remembered) < REMEMBERED:
            self.remembered.append((line, answer))

    def between(self):
        """What must hold while nothing is asked."""
        must(self.answers.empty(), "it answers what nobody asked")
        must(self.errors.empty(), "it writes to standard error")
        used = memory(self.process.pid)
        if self.answered < WARM_UP or used is None:
            return
        self.level = self.level or used
        must(used <= self.level + GROWTH, f"memory grew from {self.level >> 20} to {used >> 20} MB")

    def broken(self, why, lines):
        """Keeps what failed, and goes on with a new process."""
        self.process.kill()
        self.process.wait()
        told = b""
        while not self.errors.empty():
            told += self.errors.get() or b""
        self.keep(f"{why} {told.decode(errors='replace')[-2000:]}", lines)
        self.start()

    def keep(self, why, lines):
        data = b"".join(line + b"\n" for line in lines)
        regression = ("stream", lines[0]) if lines else None
        self.failures.keep(
            self.NAME,
            why,
            {"records.jsonl": data},
            "stream --no-config < records.jsonl",
            regression,
        )

    def finish(self):
        """Ends it as a pipeline would, by the end of the input."""
        self.used = memory(self.process.pid)
        self.process.stdin.close()
        try:
            code = self.process.wait(PATIENCE * SECONDS)
            must(code == 0, f"it ends with {code}")
            must(
                self.answers.get(timeout=PATIENCE * SECONDS) is None, "it answers what nobody asked"
            )
        except (Failed, subprocess.TimeoutExpired, queue.Empty) as why:
            self.process.kill()
            self.keep(why, [])

    def told(self):
        def shown(size):
            return "?" if size is None else f"{size / 1e6:.1f} MB"

        return (
            f"{self.passed} answers, the slowest of a single one after {self.slowest * 1e3:.0f} ms; "
            f"memory {shown(self.level)} after the first {WARM_UP}, {shown(self.used)} at the end"
        )


def read(pipe, into):
    """Takes the lines of a pipe as they come; nothing is its end."""
    for line in pipe:
        into.put(line)
    into.put(None)


def same_id(line, answer):
    """The id of a record comes back, wherever both readers of JSON are sure to agree."""
    try:
        record = json.loads(line.decode(), parse_constant=refuse)
    except (ValueError, RecursionError):
        must(answer["id"] is None or "error" not in answer, "an id of what is no JSON")
        return
    halves = re.search(rb"\\u[dD][89a-fA-F]", line)
    deep = line.count(b"[") + line.count(b"{") > 100
    if halves or deep or not isinstance(record, (dict, list)):
        return
    said = record.get("id") if isinstance(record, dict) else None
    unsure = isinstance(said, (list, dict, float))
    must(unsure or answer["id"] == said, f"the id {said!r} comes back as {answer['id']!r}")
    message = answer.get("error", {}).get("message", "")
    must("no JSON" not in message, f"this is JSON, yet: {message}")


def refuse(constant):
    raise ValueError(f"{constant} is no JSON")


def memory(pid):
    """The bytes of memory that a process has now, where the system tells it."""
    try:
        with open(f"/proc/{pid}/status") as status:
            line = next(line for line in status if line.startswith("VmRSS:"))
    except (OSError, StopIteration):
        return None
    return int(line.split()[1]) << 10
