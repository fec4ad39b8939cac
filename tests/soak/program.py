"""The buckstop that is tried, what a run of it came to, and where failures are kept."""

import json
import shlex
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

# How many seconds of the processor a run may take, for a small input and for each megabyte of it;
# and how many times as long by the clock, on a machine that has more to do.
SECONDS = 10
SECONDS_PER_MB = 10
PATIENCE = 12
# The arguments of a check that depends on nothing but its inputs.
CHECK = ["check", "--no-config", "--no-baseline", "--output-format", "json"]
# How much a process may take of the address space, in KiB, so that none takes the machine.
MEMORY = 3 << 20


class Failed(Exception):
    """Something that must hold didn't."""


def must(holds, why):
    if not holds:
        raise Failed(why)


@dataclass
class Done:
    """What a run came to."""

    code: int
    out: bytes
    err: str
    seconds: float

    def is_sound(self):
        """It ended by itself, and says why if it failed."""
        must(self.code in (0, 1, 2), f"the exit code is {self.code}: {self.err[-2000:]}")
        must("panicked at" not in self.err, self.err[-2000:])
        must(self.code != 2 or "error" in self.err, "it failed and doesn't say why")

    def findings(self):
        """What it found, from `--output-format json`; none if it refused to begin."""
        if self.code == 2 and not self.out:
            return []
        try:
            found = json.loads(self.out)
        except ValueError as error:
            raise Failed(f"the output is no JSON: {error}") from error
        must(isinstance(found, list), "the output is no array")
        counted = [it for it in found if not it.get("skipped")]
        must(self.code != 0 or not counted, "it found something and ends with 0")
        must(self.code != 1 or counted, "it found nothing and ends with 1")
        return found


class Program:
    """A built buckstop, and a folder to try it in."""

    def __init__(self, path, folder):
        if not path.is_file():
            raise SystemExit(
                f"{path} is not there; `cargo build --release` makes it, or name another with --binary"
            )
        # What is built meanwhile makes no difference.
        self.path = Path(shutil.copy(path, folder / "buckstop"))
        self.folder = folder / "work"
        self.folder.mkdir()

    def start(self, arguments, seconds="unlimited", **pipes):
        """Starts it, with so many seconds of the processor for all that it does."""
        limited = f'ulimit -v {MEMORY} -t {seconds} 2>/dev/null; exec "$@"'
        command = ["sh", "-c", limited, "sh", self.path, *arguments]
        return subprocess.Popen(command, cwd=self.folder, **pipes)

    def run(self, arguments, size):
        """Runs it to its end, on an input of so many bytes."""
        limit = round(SECONDS + SECONDS_PER_MB * size / 1e6)
        begun = time.monotonic()
        process = self.start(
            arguments,
            limit,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        try:
            out, errors = process.communicate(timeout=PATIENCE * limit)
        except subprocess.TimeoutExpired as error:
            process.kill()
            process.communicate()
            raise Failed(f"it hangs, with {size} bytes") from error
        seconds = time.monotonic() - begun
        too_long = process.returncode in (-signal.SIGXCPU, -signal.SIGKILL)
        must(not too_long, f"it takes more than {limit} s of the processor for {size} bytes")
        return Done(process.returncode, out, errors.decode(errors="replace"), seconds)

    def emptied(self):
        """The folder, with nothing in it."""
        shutil.rmtree(self.folder)
        self.folder.mkdir()
        return self.folder


class Failures:
    """Where inputs that failed are kept, a folder for each."""

    # Of failures that are alike, the first few tell all there is to tell.
    ALIKE = 5

    def __init__(self, folder):
        self.folder = folder
        self.count = 0
        self.known = {}

    def keep(self, trial, why, files, arguments, regression=None):
        """Keeps what failed.

        `files` are names and contents, `arguments` those of buckstop in their folder;
        `regression` is a fuzz target and the input to it that does the same.
        """
        self.count += 1
        alike = (trial, "".join(c for c in str(why)[:60] if not c.isdigit()))
        self.known[alike] = self.known.get(alike, 0) + 1
        if self.known[alike] > self.ALIKE:
            return
        place = self.folder / f"{trial}-{time.strftime('%Y%m%d-%H%M%S')}-{self.count:03}"
        place.mkdir(parents=True)
        for name, data in files.items():
            (place / name).write_bytes(data)
        told = f"{why}\n\ncd {shlex.quote(str(place))}\nbuckstop {arguments}\n"
        if regression:
            target, data = regression
            (place / f"regression.{target}").write_bytes(data)
            told += f"cp regression.{target} ../../../../fuzz/regressions/{target}/NAME-IT\n"
        (place / "why.txt").write_text(told, errors="replace")
        print(f"FAIL  {trial}: {str(why)[:200]}\n      {place}", flush=True)
