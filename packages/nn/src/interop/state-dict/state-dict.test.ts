import { describe, expect, it } from "vitest";
import { tensorFromData } from "../../tensor/from-data.ts";
import { loadStateDict, stateDict } from "./state-dict.ts";

const weight = tensorFromData([1, 2, 3, 4, 5, 6], [3, 2], "float");
const bias = tensorFromData([7, 8, 9], [3], "float");
const count = tensorFromData([4], [], "int32");
const model = { params: { "0.weight": weight, "0.bias": bias }, state: { "1.count": count } };

describe("stateDict", () => {
  it("puts parameters and state into one dictionary", () => {
    expect(stateDict(model)).toEqual({ "0.weight": weight, "0.bias": bias, "1.count": count });
  });

  it("and loadStateDict with the same options give the model back", () => {
    const options = { prefix: "net.", rename: { "0.weight": "in.w" }, transposed: ["0.weight"] };
    const dict = stateDict(model, options);
    expect(Object.keys(dict)).toEqual(["net.in.w", "net.0.bias", "net.1.count"]);
    expect(dict["net.in.w"]?.toArray()).toEqual([
      [1, 3, 5],
      [2, 4, 6],
    ]);
    expect(loadStateDict(model, dict, options).params["0.weight"].data()).toEqual(Float32Array.of(1, 2, 3, 4, 5, 6));
  });

  it("refuses two tensors of one name, and to transpose what is no matrix", () => {
    expect(() => stateDict(model, { rename: () => "w" })).toThrow(
      'two tensors of the model get the name "w" (the second is "0.bias")',
    );
    expect(() => stateDict(model, { transposed: () => true })).toThrow(
      '"0.bias" is to be transposed, but has shape [3]',
    );
  });
});

describe("loadStateDict", () => {
  it("names everything that does not fit, in one error", () => {
    const dict = {
      "0.weight": tensorFromData([1, 2, 3, 4, 5, 6], [2, 3], "float"),
      "1.count": tensorFromData([1.5], [], "float"),
      extra: bias,
    };
    expect(() => loadStateDict(model, dict)).toThrow(
      [
        "the dictionary does not fit the model:",
        "  1 missing: 0.bias",
        "  1 unexpected: extra",
        "  2 of another shape or element type: 0.weight: expected [3, 2], got [2, 3] (stored in × out? option transposed turns it), " +
          "1.count: expected int32, got float",
        "Use prefix, rename or transposed for other names and layouts, or strict: false to load what fits",
      ].join("\n"),
    );
  });

  it("loads what fits when not strict, but never a wrong shape", () => {
    const loaded = loadStateDict(
      model,
      { "0.bias": tensorFromData([1, 1, 1], [3], "float"), extra: bias },
      { strict: false },
    );
    expect(loaded.params["0.weight"]).toBe(weight);
    expect(loaded.params["0.bias"].toArray()).toEqual([1, 1, 1]);
    expect(() => loadStateDict(model, { "0.bias": count }, { strict: false })).toThrow("0.bias: expected [3], got []");
  });

  it("converts to the model's element type", () => {
    const f64 = { ...model, params: { ...model.params, "0.bias": tensorFromData([0, 0, 0], [3], "f64") } };
    expect(loadStateDict(f64, stateDict(model)).params["0.bias"]).toMatchObject({ dtype: "f64" });
  });

  it("is not fooled by names that every object has", () => {
    expect(() => loadStateDict({ params: { toString: bias }, state: {} }, {})).toThrow("1 missing: toString");
  });
});
