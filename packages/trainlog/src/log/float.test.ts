import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeFloat, decodeFloats, encodeFloat, encodeFloats } from "./float.ts";

describe("the float codec", () => {
  it("gives every float64 back through JSON text, except that -0 becomes 0", () => {
    fc.assert(
      fc.property(fc.array(fc.double()), (values) => {
        const read = decodeFloats(JSON.parse(JSON.stringify(encodeFloats(values, "values"))), "values");
        expect(read).toEqual(values.map((value) => (value === 0 ? 0 : value)));
      }),
    );
  });

  it("writes the three non-finite values as upstream's texts", () => {
    expect([Number.NaN, Infinity, -Infinity, -0].map((value) => encodeFloat(value))).toEqual([
      "NaN",
      "Infinity",
      "-Infinity",
      0,
    ]);
    expect(Object.is(encodeFloat(-0), 0)).toBe(true);
    expect(Object.is(encodeFloats([-0], "values")[0], 0)).toBe(true);
  });

  it.each([
    ["1.5", 1.5],
    [" -2e3\n", -2000],
    ["1e999", Infinity],
    [JSON.parse("1e999"), Infinity],
    [JSON.parse("-1e999"), -Infinity],
    ["5e-324", 5e-324],
  ])("reads %j as %d", (json, value) => {
    expect(decodeFloat(json)).toBe(value);
  });

  it.each(["abc", "", " ", "nan", "+Infinity", "0x1f", "1_000", ".5", "01", "1e", null, true, [], {}])(
    "refuses %j",
    (json) => {
      expect(() => decodeFloat(json, "series[2].values[17]")).toThrow(
        /^series\[2\]\.values\[17\]: expected a number, got /,
      );
    },
  );

  it("refuses to encode what is not a number", () => {
    const values = [1, "2"] as unknown as number[];
    expect(() => encodeFloats(values, "values")).toThrow('values[1]: expected a number, got "2"');
  });
});
