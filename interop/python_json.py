"""The Python side of python-json.test.ts: reads what trainlog wrote, says what it saw, and writes the same in Python's own way.

Usage: python python_json.py IN OUT
"""

import json
import sys

source, target = sys.argv[1:]
with open(source, encoding="utf-8") as file:
    document = json.load(file)
with open(target, "w", encoding="utf-8") as file:
    # As experiment scripts do it: bare NaN and Infinity tokens, ASCII escapes, indentation.
    floats = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}

    def pythonic(value):
        if isinstance(value, dict):
            return {key: pythonic(item) for key, item in value.items()}
        if isinstance(value, list):
            return [pythonic(item) for item in value]
        return floats.get(value, value) if isinstance(value, str) else value

    json.dump(pythonic(document), file, indent=4)
print(json.dumps(document))
