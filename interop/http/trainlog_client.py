"""Logs to a trainlog server with nothing but Python: the binary ingest of docs/http-api.md in 60 lines. Copy it, or write yours after it."""
import functools, json, math, numbers, secrets, struct, time, urllib.error, urllib.request

TABLE = [functools.reduce(lambda crc, _: crc >> 1 ^ (0x82F63B78 if crc & 1 else 0), range(8), byte) for byte in range(256)]

def crc32c(data):
    return functools.reduce(lambda crc, byte: crc >> 8 ^ TABLE[(crc ^ byte) & 255], data, 0xFFFFFFFF) ^ 0xFFFFFFFF

def uvarint(n):
    return bytes([n]) if n < 128 else bytes([n & 127 | 128]) + uvarint(n >> 7)

def block(data):
    return uvarint(len(data)) + data

def wire(value):  # what JSON cannot say is {"$float": …}
    if isinstance(value, float) and not math.isfinite(value):
        return {"$float": "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"}
    if isinstance(value, dict):
        plain = {str(key): wire(item) for key, item in value.items()}
        return {"$float": plain} if "$float" in plain else plain
    return [*map(wire, value)] if isinstance(value, (list, tuple)) else value

def to_json(value):
    return json.dumps(wire(value), allow_nan=False).encode()

def column(rows, key):  # codec and data: values in every row, or behind the gaps between the rows that have one
    index = [i for i, (_, _, values) in enumerate(rows) if key in values]
    values, sparse = [rows[i][2][key] for i in index], len(index) < len(rows)
    gaps = [uvarint(row - last - 1) for last, row in zip([-1] + index, index)]
    presence = uvarint(len(index)) + block(b"".join(gaps)) if sparse else b""
    if all(isinstance(value, numbers.Real) and not isinstance(value, bool) for value in values):
        return 3 | sparse << 4, presence + struct.pack(f"<{len(values)}d", *values)
    return 4 | sparse << 4, presence + block(to_json(values))

def table(rows):  # a record that names the keys, and one with the columns
    keys = list(dict.fromkeys(key for _, _, values in rows for key in values))
    axes = [b"\x03" + struct.pack(f"<{len(rows)}d", *(row[i] for row in rows)) for i in (0, 1)]
    columns = [column(rows, key) for key in keys]
    runs = [uvarint(i) + bytes([1, codec]) for i, (codec, _) in enumerate(columns)]
    names = [uvarint(0), uvarint(len(keys)), *(block(key.encode()) for key in keys)]
    data = [uvarint(len(rows)), *axes, uvarint(len(runs)), *runs, *(values for _, values in columns)]
    return b"\x01" + block(b"".join(names)) + b"\x02" + block(b"".join(data))

class Run:
    def __init__(self, project, name=None, config=None, url="http://127.0.0.1:5000", token="", run_id=None, batch_rows=1000):
        self.id, self.address, self.batch_rows = run_id or secrets.token_hex(8), f"{url}/api/v1/runs/", batch_rows
        self.headers = {"Content-Type": "application/vnd.trainlog.batch", "Authorization": f"Bearer {token}"}
        self.writer, self.seq, self.step, self.rows = secrets.token_hex(8), 0, 0, []
        start = {"type": "start", "runId": self.id, "project": project, "wallMs": time.time() * 1000, "source": "python"}
        self.send({**start, **({"name": name} if name else {})}, *([{"type": "config", "set": config}] if config else []))

    def log(self, values, step=None):
        self.rows.append((self.step if step is None else step, time.time() * 1000, dict(values)))
        self.step = self.rows[-1][0] + 1
        len(self.rows) < self.batch_rows or self.send()

    def send(self, *events):  # one batch; the server knows it by (writer, seq), so sending it again changes nothing
        records = [table(self.rows)] * bool(self.rows) + [b"\x03" + block(to_json(event)) for event in events]
        body = block(block(self.writer.encode()) + uvarint(self.seq)) + b"".join(records)
        head, self.rows, self.seq = struct.pack("<2sBBI", b"TL", 1, 0, len(body)), [], self.seq + 1
        self.post(head + struct.pack("<I", crc32c(head + body)) + body)

    def post(self, frame, tries=8):
        for attempt in range(tries):
            try:
                return urllib.request.urlopen(urllib.request.Request(self.address + self.id + "/batches", frame, self.headers), timeout=60).read()
            except urllib.error.URLError as error:  # no answer, or one that passes: the same bytes again
                if getattr(error, "code", 503) not in (408, 429, 503, 507) or attempt == tries - 1:
                    raise RuntimeError(f"trainlog: {error.read().decode() if hasattr(error, 'code') else error}") from error
                time.sleep(0.1 * 2**attempt)

    def finish(self, status="finished"):
        self.send({"type": "finish", "wallMs": time.time() * 1000, "status": status})

    __enter__ = lambda self: self

    def __exit__(self, kind, error, trace):
        self.finish("failed" if kind else "finished")
