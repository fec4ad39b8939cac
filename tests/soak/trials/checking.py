"""`buckstop check` over files of every format.

It ends with 0, 1 or 2, and by itself; the output is JSON, and agrees with the exit code; what was
found, and what would stand there instead, lies in the file.
"""

import time

import inputs
import trials
from program import CHECK, Failed, must


class Trial(trials.Trial):
    NAME = "check"

    def __init__(self, buckstop, seeds, failures, pick):
        super().__init__(buckstop, seeds, failures, pick)
        self.findings = 0
        self.slowest = (0, 0)

    def until(self, end):
        while time.monotonic() < end:
            name, data = self.file()
            arguments = [*CHECK, *self.options(), name]
            folder = self.buckstop.emptied()
            (folder / name).write_bytes(data)
            size = len(inputs.plain(name, data))
            try:
                done = self.buckstop.run(arguments, size)
                done.is_sound()
                self.judge(done.findings(), name, size)
                self.slowest = max(self.slowest, (done.seconds, size))
                self.passed += 1
            except Failed as why:
                self.keep(why, name, data, arguments)

    def file(self):
        """A name and what is in the file: as it was, damaged, as another format, compressed."""
        pick = self.pick
        name, data = self.seeds.file(pick)
        if pick.random() < 0.9:
            data = inputs.damage(pick, data, lambda: self.seeds.file(pick)[1])
        if pick.random() < 0.1:
            name = self.seeds.file(pick)[0]
        if pick.random() < 0.05:
            name, data = f"{name}.gz", inputs.compressed(pick, data)
        return name, data

    def options(self):
        pick = self.pick
        given = (
            [["--input-format", pick.choice(self.seeds.formats)]] if pick.random() < 0.15 else []
        )
        more = [
            ["--steps"],
            ["--explain-skips"],
            ["--roles", "all"],
            ["--no-learned"],
            ["--redact"],
            ["--threads", "1"],
        ]
        given += [it for it in more if pick.random() < 0.1]
        return [word for words in given for word in words]

    def judge(self, findings, name, size):
        for finding in findings:
            must(finding["path"] == name, f"a finding in {finding['path']}")
            for what in (finding, *finding["rewrites"]):
                start, end = what["span"]["start"], what["span"]["end"]
                must(
                    0 <= start <= end <= size,
                    f"the span {start}..{end} is not in the file of {size} bytes",
                )
            start, end = finding["start"], finding["end"]
            must((1, 1) <= place(start) <= place(end), f"there is no place {start} to {end}")
        self.findings += len(findings)

    def keep(self, why, name, data, arguments):
        self.failures.keep(
            self.NAME,
            why,
            {name: data},
            " ".join(arguments),
            ("renderers", name.encode() + b"\0" + data),
        )

    def told(self):
        seconds, size = self.slowest
        return (
            f"{self.passed} files with {self.findings} findings, the slowest, of {size} bytes, "
            f"after {seconds * 1e3:.0f} ms"
        )


def place(of):
    return of["line"], of["column"]
