import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonValue } from "../run/json.ts";
import { formatJson, parseJsonText } from "./json-text.ts";

describe("formatJson", () => {
  it("prints what JSON.parse reads back, whatever the layout", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.boolean(), (json, pretty) => {
        const text = formatJson(json as JsonValue, { pretty });
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(json)));
        expect(text.endsWith("\n")).toBe(true);
      }),
    );
  });

  it("breaks a line that would be wider than 80, and only such a line", () => {
    const fits = Array.from({ length: 26 }, (_, i) => (i % 10) + 1 - (i % 10));
    const flat = `[${fits.join(", ")}]`;
    expect(flat).toHaveLength(78);
    expect(formatJson(fits)).toBe(`${flat}\n`);
    expect(formatJson([100, ...fits.slice(1)])).toBe(`[100, ${fits.slice(1).join(", ")}]\n`);
    expect(formatJson([1000, ...fits.slice(1)])).toBe(`[1000,\n ${fits.slice(1).join(",\n ")}]\n`);
  });

  it("lays out objects as Lean does: one column per level, a wide value under its key", () => {
    const values = [0.123456789, 0.123456789, 0.123456789, 0.123456789, 0.123456789, 0.123456789, 0.123456789];
    expect(formatJson({ title: "t", series: [{ name: "loss", values }] })).toBe(
      `{"title": "t",\n "series":\n [{"name": "loss",\n   "values":\n   [${values.join(",\n    ")}]}]}\n`,
    );
  });

  it("counts what must follow on the line: closing brackets and a comma", () => {
    const fits = "x".repeat(69);
    expect(formatJson({ a: [fits] })).toBe(`{"a": ["${fits}"]}\n`);
    expect(formatJson({ a: [`${fits}x`] })).toBe(`{"a":\n ["${fits}x"]}\n`);
    expect(formatJson({ a: [fits, 1], b: 1 })).toBe(`{"a":\n ["${fits}", 1],\n "b": 1}\n`);
    expect(formatJson({ a: [`${fits}xxxx`, 1], b: 1 })).toBe(`{"a":\n ["${fits}xxxx",\n  1],\n "b": 1}\n`);
  });

  it("prints a million values in reasonable time", () => {
    const text = formatJson({ values: new Array<number>(1_000_000).fill(0.5) });
    expect(text.split("\n").length).toBe(1_000_002);
  }, 10_000);
});

describe("parseJsonText", () => {
  it("takes the tokens that Python writes, but not inside texts", () => {
    const text = '{"a": [NaN, -Infinity, Infinity, 1], "NaN": "say \\"NaN\\" or Infinity"}';
    expect(parseJsonText(text)).toEqual({ a: ["NaN", "-Infinity", "Infinity", 1], NaN: 'say "NaN" or Infinity' });
  });

  it.each(["", "{", '{"a": }', "[NaN, ]", "NaNa", "undefined"])("refuses %j and says where", (text) => {
    expect(() => parseJsonText(text, "runs/log.json")).toThrow(
      expect.objectContaining({
        code: "log/bad-json",
        message: expect.stringMatching(/^runs\/log\.json: expected JSON, got something else: ./),
      }),
    );
  });

  it("keeps __proto__ an ordinary key", () => {
    expect(Object.keys(parseJsonText('{"__proto__": NaN}') as object)).toEqual(["__proto__"]);
  });
});
