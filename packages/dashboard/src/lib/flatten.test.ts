import { expect, it } from "vitest";
import { flatten, formatValue } from "./flatten.ts";

it("lists the leaves of a configuration in natural order", () => {
  const config = JSON.parse(
    '{"model":{"layers":[1,2],"extra":{}},"lr":0.001,"__proto__":{"x":1},"bad":{"$float":"NaN"}}',
  );
  expect(flatten(config)).toEqual([
    { path: "__proto__/x", value: 1 },
    { path: "bad", value: { $float: "NaN" } },
    { path: "lr", value: 0.001 },
    { path: "model/extra", value: {} },
    { path: "model/layers", value: [1, 2] },
  ]);
});

it.each([
  [0.001, "0.001"],
  ["adam", "adam"],
  [true, "true"],
  [null, "null"],
  [[1, "a"], '[1,"a"]'],
  [{ $float: "-Infinity" }, "−∞"],
  [{ $float: { a: 1 } }, '{"$float":{"a":1}}'],
])("writes %j as %s", (value, text) => expect(formatValue(value)).toBe(text));
