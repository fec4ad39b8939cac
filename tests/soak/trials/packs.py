"""`buckstop check --rules` with damaged rule packs.

A pack is used, or its mistakes are told with the file and the line; whatever it says, a check ends.
"""

import re
import time

import inputs
import trials
from program import CHECK, Failed, must

PACK = "pack.toml"
DRAFT = "draft.txt"


class Trial(trials.Trial):
    NAME = "packs"

    def __init__(self, buckstop, seeds, failures, pick):
        super().__init__(buckstop, seeds, failures, pick)
        self.refused = 0

    def until(self, end):
        while time.monotonic() < end:
            pack = self.pack()
            draft = "\n\n".join(self.seeds.message(self.pick) for _ in range(5)).encode()
            alone = [] if self.pick.random() < 0.1 else ["--no-default-rules"]
            arguments = [*CHECK, "--rules", PACK, *alone, DRAFT]
            if self.pick.random() < 0.2:
                arguments = ["rules", "test", PACK]
            folder = self.buckstop.emptied()
            (folder / PACK).write_bytes(pack)
            (folder / DRAFT).write_bytes(draft)
            try:
                done = self.buckstop.run(arguments, len(pack) + len(draft))
                done.is_sound()
                if done.code == 2:
                    told_with_place(done.err)
                    self.refused += 1
                elif arguments[0] == "check":
                    done.findings()
                self.passed += 1
            except Failed as why:
                self.keep(why, pack, draft, arguments)

    def pack(self):
        """One to three packs one after the other, most often damaged."""
        pick = self.pick
        pack = b"\n".join(
            pick.choice(self.seeds.packs) for _ in range(pick.choice([1, 1, 1, 1, 2]))
        )
        kind = pick.random()
        if kind < 0.4:
            return inputs.damage(pick, pack, lambda: pick.choice(self.seeds.packs))
        return reworded(pick, pack) if kind < 0.9 else pack

    def keep(self, why, pack, draft, arguments):
        self.failures.keep(
            self.NAME, why, {PACK: pack, DRAFT: draft}, " ".join(arguments), ("packs", pack)
        )

    def told(self):
        return f"{self.passed} packs, {self.refused} of them refused"


# What has a meaning in a phrase, and what looks as if it had.
SIGNS = [
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "<",
    ">",
    "|",
    "...",
    "..",
    "*",
    "^",
    "$",
    ":",
    "{unit}",
    "{",
    "<mess>",
    "(a|)",
    "[[a]]",
    "{x:past}",
    "(|)",
    "{nobody}",
    "'",
    ",",
    "n't",
    "\\\\",
    "\\u0000",
    "\\U0010FFFF",
    "é",
    "((((((((",
    "[a] " * 40,
    "(a|b) " * 20,
    "... " * 10,
    "<be>",
    "they",
    "we",
    "-",
    "!",
    "?",
    "1",
    "(a|b|(c|[d]))",
    "{we} {we}",
    "",
]


def reworded(pick, pack):
    """The same TOML, with signs put among the words of some of its strings."""
    text = pack.decode(errors="replace")

    share = pick.choice([0.003, 0.01, 0.1])

    def other(string):
        if pick.random() > share:
            return string[0]
        words = string[0].split(" ")
        for _ in range(pick.choice([1, 1, 2, 8])):
            words.insert(pick.randint(0, len(words)), pick.choice(SIGNS))
        inside = " ".join(words).replace('"', "")
        return f'"{inside}"'

    return re.sub(r'"[^"\n]*"', other, text).encode()


def told_with_place(message):
    """The pack is named, with the line, unless it is no text at all, or just has no rules."""
    if "no rules are left" in message:
        return
    must(PACK in message, f"it doesn't name the pack: {message[:500]}")
    placed = re.search(rf"{re.escape(PACK)}:\d+:\d+", message)
    must(placed or "not UTF-8" in message, f"it doesn't name the line: {message[:500]}")
