"""Writes data-parquet.json: a small Parquet file in base64, uncompressed and with snappy, with the rows that a reader must find.

Run with any Python that has pyarrow: python packages/nn/golden/data_parquet.py
"""

import base64
import io
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

ROWS = [
    {"age": 36, "height": 1.7, "city": "Rome", "member": True},
    {"age": 41, "height": None, "city": "Oslo", "member": False},
    {"age": 18, "height": 1.64, "city": "Rome", "member": True},
    {"age": None, "height": 1.79, "city": None, "member": None},
    {"age": 72, "height": 1.5, "city": "日本", "member": False},
]
SCHEMA = pa.schema([("age", pa.int64()), ("height", pa.float64()), ("city", pa.string()), ("member", pa.bool_())])


def saved(compression: str) -> str:
    file = io.BytesIO()
    # Two row groups, so that rows of different groups are read in one go.
    pq.write_table(pa.Table.from_pylist(ROWS, SCHEMA), file, compression=compression, row_group_size=3)
    return base64.b64encode(file.getvalue()).decode()


golden = {"pyarrow": pa.__version__, "rows": ROWS, "files": {name: saved(name) for name in ["none", "snappy"]}}
(Path(__file__).parent / "data-parquet.json").write_text(json.dumps(golden, indent=1) + "\n")
