import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { axisOf, groupMetrics, metricFilter, titleInGroup } from "./metric-groups.ts";

describe("groupMetrics", () => {
  it("orders groups and keys naturally, with system last", () => {
    const groups = groupMetrics(["system/cpu", "val/loss", "lr", "train/layer10", "train/layer2", "zeta/x"]);
    expect(groups).toEqual([
      { prefix: "", keys: ["lr"] },
      { prefix: "train", keys: ["train/layer2", "train/layer10"] },
      { prefix: "val", keys: ["val/loss"] },
      { prefix: "zeta", keys: ["zeta/x"] },
      { prefix: "system", keys: ["system/cpu"] },
    ]);
  });

  it("keeps every key exactly once, under a title that is not empty", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.stringMatching(/^[a-c/]{1,5}$/)), (keys) => {
        const groups = groupMetrics(keys);
        expect(groups.flatMap((group) => group.keys).sort()).toEqual([...keys].sort());
        for (const group of groups) for (const key of group.keys) expect(titleInGroup(key, group.prefix)).not.toBe("");
      }),
    );
  });

  it("takes keys such as __proto__ as ordinary", () => {
    expect(groupMetrics(["__proto__/x", "__proto__"])).toEqual([
      { prefix: "", keys: ["__proto__"] },
      { prefix: "__proto__", keys: ["__proto__/x"] },
    ]);
  });
});

describe("metricFilter", () => {
  it("wants every word, in any case", () => {
    expect(["train/Loss", "val/loss", "train/acc"].filter(metricFilter("LOSS train"))).toEqual(["train/Loss"]);
  });
  it("takes a regular expression between slashes", () => {
    expect(["loss", "val/loss"].filter(metricFilter("/^loss$/"))).toEqual(["loss"]);
  });
  it("takes a broken expression as text", () => expect(metricFilter("/(/")("a/(/b")).toBe(true));
});

describe("axisOf", () => {
  it("puts what the tracker measures over time, unless a time axis is chosen anyway", () => {
    expect(axisOf("system/cpu_percent", "step")).toBe("relative");
    expect(axisOf("system/cpu_percent", "wall")).toBe("wall");
    expect(axisOf("train/loss", "step")).toBe("step");
    expect(axisOf("systematic", "step")).toBe("step");
  });
});
