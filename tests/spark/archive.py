"""Writes an archive of messages for the tests of Spark: the same as lines of JSON and as Parquet.

    archive.py FOLDER

FOLDER/lines has files of JSON Lines, one for each day, among them a compressed one and lines that
are no messages; FOLDER/messages.jsonl and FOLDER/parquet have the same messages, one a row.
"""

import gzip
import json
import random
import sys
from pathlib import Path

import pandas as pd

SAID = [
    "Thanks for writing in. I have sent the part today.",
    "Sorry, but that's not my job.",
    "It\u2019s corporate policy, you\u2019ll have to call billing.",
    "I don't know, but let me find out for you. \U0001f642",
    "There is nothing I can do.\nThey don't tell us \"why\".",
    "Caf\u00e9 M\u00fcller: your order left on Monday.",
]
ROLES = ["agent", "customer", "bot"]


def message(number, chance):
    said = " ".join(chance.choice(SAID) for _ in range(chance.randint(1, 4)))
    return {"id": f"m-{number:06}", "role": chance.choice(ROLES), "text": said}


def conversation(number, chance):
    turns = [message(number, chance) for _ in range(chance.randint(1, 5))]
    messages = [{"role": turn["role"], "content": turn["text"]} for turn in turns]
    return {"id": number, "messages": messages}


def main(folder):
    chance = random.Random(4711)
    (folder / "lines").mkdir(parents=True)
    messages = [message(number, chance) for number in range(6000)]
    lines = [json.dumps(record) for record in messages]
    (folder / "messages.jsonl").write_text("".join(line + "\n" for line in lines), "utf-8")
    rows = pd.DataFrame(messages)
    rows["day"] = [f"2026-03-{1 + number % 5:02}" for number in range(len(rows))]
    rows.to_parquet(folder / "parquet", partition_cols=["day"])

    for day in range(1, 7):
        records = [
            json.dumps(conversation(1000 * day + number, chance), ensure_ascii=number % 2 == 0)
            for number in range(500)
        ]
        records[7:7] = ["no JSON at all", '{"id": 9, "event": "typing"}', '{"id": 10,']
        text = "".join(record + "\n" for record in records)
        name = folder / "lines" / f"2026-03-{day:02}.jsonl"
        if day == 3:
            Path(f"{name}.gz").write_bytes(gzip.compress(text.encode()))
        else:
            name.write_text(text, "utf-8")


main(Path(sys.argv[1]))
