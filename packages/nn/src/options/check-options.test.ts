import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkOptions, numberIn, oneOf, wholeNumber } from "./check-options.ts";
import { closestName } from "./closest-name.ts";

describe("closestName", () => {
  it("finds a name despite one slip, and any name by itself", () => {
    const known = ["learningRate", "momentum", "weightDecay"];
    fc.assert(
      fc.property(
        fc.constantFrom(...known),
        fc.nat(),
        fc.constantFrom("drop", "swap", "double"),
        (name, where, slip) => {
          const at = where % (name.length - 1);
          const [before, a = "", b = "", after] = [name.slice(0, at), name[at], name[at + 1], name.slice(at + 2)];
          const written = {
            drop: before + b + after,
            swap: before + b + a + after,
            double: before + a + a + b + after,
          }[slip];
          expect(closestName(written, known)).toBe(name);
          expect(closestName(name.toUpperCase(), known)).toBe(name);
        },
      ),
    );
  });

  it("knows none that is close to something else", () => {
    expect(closestName("colour", ["momentum", "lr"])).toBeUndefined();
    expect(closestName("", ["lr"])).toBeUndefined();
    expect(closestName("x", [])).toBeUndefined();
  });
});

describe("checkOptions", () => {
  const checks = { lr: numberIn({ above: 0, max: 1 }), steps: wholeNumber(1), mode: oneOf("a", "b") };
  const check = (options: unknown) => checkOptions("f", options, checks, { area: "test", required: ["lr"] });

  it("accepts what fits, and undefined for what is not required", () => {
    expect(() => check({ lr: 1, steps: 3, mode: "b" })).not.toThrow();
    expect(() => check({ lr: 0.5, steps: undefined })).not.toThrow();
  });

  it.each([
    [{ lr: 0 }, "f: lr must be a number above 0 and of at most 1, got 0"],
    [{ lr: Infinity }, "got Infinity"],
    [{ lr: "1" }, 'got "1"'],
    [{ lr: 1, steps: 2.5 }, "f: steps must be a whole number of at least 1, got 2.5"],
    [{ lr: 1, mode: "c" }, 'f: mode must be "a" or "b", got "c"'],
    [{ steps: 1 }, "f: lr must be a number above 0 and of at most 1, got nothing"],
    [{ lr: 1, stesp: 1 }, 'f: unknown option "stesp"; did you mean "steps"? There are lr, steps, mode'],
    [{ lr: 1, toString: 1 }, 'f: unknown option "toString"; there are lr, steps, mode'],
    [null, "f: expected options such as { lr: … }, got null"],
    [[1], "f: expected options such as { lr: … }, got an array of 1"],
  ])("refuses %j", (options, words) => {
    expect(() => check(options)).toThrow(words);
  });
});
