"""`buckstop fix --suggested` on files of every format.

What is fixed once is left alone by the next fix, and has no more findings than before; no other
file is left in the folder. If it is killed half-way, the file is the old one or the new one.
"""

import subprocess
import time

import inputs
import trials
from program import CHECK, Failed, must


class Trial(trials.Trial):
    NAME = "fix"

    def __init__(self, buckstop, seeds, failures, pick):
        super().__init__(buckstop, seeds, failures, pick)
        self.changed = 0
        self.killed = [0, 0]

    def until(self, end):
        while time.monotonic() < end:
            name, data = self.seeds.file(self.pick)
            if self.pick.random() < 0.7:
                data = inputs.damage(self.pick, data, lambda: self.seeds.file(self.pick)[1])
            killed_after = self.pick.uniform(0, 0.012)
            arguments = ["fix", "--no-config", "--suggested", name]
            try:
                self.judge(name, data, arguments, killed_after)
                self.passed += 1
            except Failed as why:
                self.keep(why, name, data, arguments)

    def judge(self, name, data, arguments, killed_after):
        before = self.found(name, data)
        fixed = self.fixed(name, data, arguments)
        again = self.fixed(name, fixed, arguments)
        must(again == fixed, f"a second fix changes it: {difference(fixed, again)}")
        if fixed == data:
            return
        self.changed += 1
        after = self.found(name, fixed)
        must(after < before, f"of {before} findings {after} are there after the fix")
        left = self.left_when_killed(name, data, arguments, killed_after)
        must(left in (data, fixed), f"killed half-way, it left {left[:200]!r} of {len(left)} bytes")
        self.killed[left == fixed] += 1

    def put(self, name, data):
        path = self.buckstop.emptied() / name
        path.write_bytes(data)
        return path

    def found(self, name, data):
        """How many findings there are."""
        self.put(name, data)
        done = self.buckstop.run([*CHECK, name], len(data))
        done.is_sound()
        return len(done.findings())

    def fixed(self, name, data, arguments):
        """What a fix makes of a file."""
        path = self.put(name, data)
        self.buckstop.run(arguments, len(data)).is_sound()
        must(path.is_file(), "the file is lost")
        others = [it.name for it in path.parent.iterdir() if it != path]
        must(not others, f"it leaves {others}")
        return path.read_bytes()

    def left_when_killed(self, name, data, arguments, seconds):
        """The file after a fix that was killed after some time, unless it was done by then."""
        path = self.put(name, data)
        process = self.buckstop.start(
            arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(seconds)
        process.kill()
        process.wait()
        must(path.is_file(), "killed half-way, it lost the file")
        return path.read_bytes()

    def keep(self, why, name, data, arguments):
        self.failures.keep(
            self.NAME, why, {name: data}, " ".join(arguments), ("fix", name.encode() + b"\0" + data)
        )

    def told(self):
        old, new = self.killed
        return (
            f"{self.passed} files, {self.changed} of them changed; killed on the way, "
            f"{old} were the old one and {new} the new one"
        )


def difference(one, other):
    """Where two differ, with a little of both."""
    at = next(
        (at for at, (a, b) in enumerate(zip(one, other)) if a != b), min(len(one), len(other))
    )
    start = max(0, at - 40)
    return f"at {at}, {one[start : at + 80]!r} becomes {other[start : at + 80]!r}"
