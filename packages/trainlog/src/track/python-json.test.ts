import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pythonJson } from "./python-json.ts";

describe("pythonJson", () => {
  // Right-hand sides are what `json.dumps(x)` of Python 3.11 prints.
  it.each([
    [0, "0"],
    [-0, "-0.0"],
    [3, "3"],
    [0.1, "0.1"],
    [0.0001, "0.0001"],
    [0.00001, "1e-05"],
    [-0.000012345, "-1.2345e-05"],
    [1.5e-7, "1.5e-07"],
    [5e-324, "5e-324"],
    [123456789012345.6, "123456789012345.6"],
    [1e16, "1e+16"],
    [-1.25e17, "-1.25e+17"],
    [1.7976931348623157e308, "1.7976931348623157e+308"],
    [Number.NaN, "NaN"],
    [Number.POSITIVE_INFINITY, "Infinity"],
    [Number.NEGATIVE_INFINITY, "-Infinity"],
  ])("prints %s as Python does", (value, text) => {
    expect(pythonJson(value, 4)).toBe(text);
  });

  it("gives every finite number back", () => {
    const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(fc.property(finite, (value) => Object.is(JSON.parse(pythonJson(value, 4)), value)));
  });

  it("indents, escapes and keeps the order of keys as Python does", () => {
    const map = new Map<string, never[] | string>([
      ["10", []],
      ["ü😀\u007f\n", "\u2028"],
    ]);
    expect(pythonJson(map, 4)).toBe('{\n    "10": [],\n    "\\u00fc\\ud83d\\ude00\\u007f\\n": "\\u2028"\n}');
  });
});
