"""Writes data-csv.json: texts and the rows that Python's csv module (strict) reads in them.

Run with any Python: python packages/nn/golden/data_csv.py
"""

import csv
import io
import json
from pathlib import Path

TEXTS = [
    "a,b\r\n1,2\r\n",
    "a,b\n1,2",
    'x,"a ""quoted"" word"\n',
    '"comma, inside","line\nbreak"\n',
    '"",plain,""\n',
    "one\ntwo\n",
    ",,\n,\n",
    'mid"dle,5" nails\n',
    " spaces , stay \n",
    "ünï,cödé,日本,🙂\n",
    "a,b\n\nc,d\n",
]


def rows(text: str) -> list[list[str]]:
    # Blank lines come out as empty rows; they are no records.
    return [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]


golden = [{"text": text, "rows": rows(text)} for text in TEXTS]
(Path(__file__).parent / "data-csv.json").write_text(json.dumps(golden, indent=1) + "\n")
