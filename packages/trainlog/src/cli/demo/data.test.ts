import { describe, expect, it } from "vitest";
import { reluGrid, sampleBatch, twoSpirals } from "./data.ts";
import { seededRandom } from "./random.ts";

describe("twoSpirals", () => {
  it("is the same for the same seed and another for another", () => {
    expect(twoSpirals(50, 0.02, seededRandom(3))).toEqual(twoSpirals(50, 0.02, seededRandom(3)));
    expect(twoSpirals(50, 0.02, seededRandom(3))).not.toEqual(twoSpirals(50, 0.02, seededRandom(4)));
  });

  it("has equally many points of both arms, each turned by half a turn against the other", () => {
    const { points, labels } = twoSpirals(400, 0, seededRandom(1));
    expect(labels.filter((label) => label === 1)).toHaveLength(200);
    for (const [i, label] of labels.entries()) {
      const [x, y] = [points[2 * i]!, points[2 * i + 1]!];
      const radius = Math.hypot(x, y);
      const expected = 4 * Math.PI * radius + Math.PI * label;
      expect(x).toBeCloseTo(radius * Math.cos(expected), 9);
      expect(y).toBeCloseTo(radius * Math.sin(expected), 9);
    }
  });
});

describe("reluGrid", () => {
  it("follows its rule at three points", () => {
    const { points, targets } = reluGrid();
    const at = (x1: number, x2: number): number =>
      targets.find((_, i) => points[2 * i] === x1 && points[2 * i + 1] === x2)!;
    expect(targets).toHaveLength(25);
    expect(at(1, 1)).toBeCloseTo(1.8, 12);
    expect(at(-1, 1)).toBeCloseTo(-0.6, 12);
    expect(at(-1, -1)).toBeCloseTo(0.2, 12);
  });
});

describe("sampleBatch", () => {
  it("takes points with their own labels", () => {
    const data = twoSpirals(20, 0, seededRandom(1));
    const batch = sampleBatch(data, 64, seededRandom(2));
    expect(batch.labels).toHaveLength(64);
    for (const [i, label] of batch.labels.entries()) {
      const row =
        data.points.findIndex(
          (x, at) => at % 2 === 0 && x === batch.points[2 * i] && data.points[at + 1] === batch.points[2 * i + 1],
        ) / 2;
      expect(data.labels[row]).toBe(label);
    }
  });
});
