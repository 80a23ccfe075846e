import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { brailleChart, smoothed } from "../terminal/braille-chart.ts";
import { textWidth } from "../terminal/text-width.ts";
import { cliFixture, sampleRun } from "../test-cli.ts";

const world = cliFixture();
const RUNS = [
  sampleRun("run-a", { name: "alpha", lr: 0.1, tags: ["x"] }),
  sampleRun("run-b", { name: "bêta 実験", lr: 0.2, count: 3000 }),
];

describe("brailleChart", () => {
  it("never draws wider or higher than it may, whatever the numbers are", () => {
    const numbers = fc.array(fc.double(), { maxLength: 30 });
    fc.assert(
      fc.property(
        fc.array(numbers, { maxLength: 4 }),
        fc.integer({ min: 60, max: 120 }),
        fc.boolean(),
        fc.boolean(),
        (ys, width, logX, logY) => {
          const curves = ys.map((y, i) => ({ label: `${i}`, x: y.map((_, at) => at - 2), y }));
          const lines = brailleChart(curves, { width, height: 5, coloured: false, logX, logY }).split("\n");
          expect(lines.length).toBeLessThanOrEqual(7);
          for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(width);
        },
      ),
    );
  });

  it("draws a falling line from the top left to the bottom right", () => {
    const chart = brailleChart([{ label: "a", x: [0, 1], y: [1, 0] }], { width: 20, height: 3, coloured: false });
    expect(chart.split("\n").map((line) => line.length - line.trimStart().length)).toEqual([0, 2, 0, 2, 3]);
    expect(chart).toContain("1 ┤⠉⠒⠢⠤⣀⡀");
  });
});

describe("smoothed", () => {
  it("keeps a constant, and lies between the extremes", () => {
    expect(smoothed([2, 2, Number.NaN, 2], 0.9)).toEqual(
      [2, 2, Number.NaN, 2].map((value) => (Number.isNaN(value) ? value : expect.closeTo(2, 12))),
    );
    fc.assert(
      fc.property(
        fc.array(fc.float({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 1 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (values, weight) => {
          const [low, high] = [Math.min(...values), Math.max(...values)];
          for (const value of smoothed(values, weight)) expect(value >= low - 1e-3 && value <= high + 1e-3).toBe(true);
        },
      ),
    );
  });
});

describe("plot", () => {
  it("draws several runs in one chart, within the terminal", async () => {
    await world.makeRuns(...RUNS);
    world.columns = 70;
    const { stdout, code } = await world.cli(
      "plot",
      "alpha",
      "run-b",
      "-m",
      "loss",
      "--log-y",
      "--smooth",
      "0.5",
      "--dir",
      "store",
    );
    expect(code).toBe(0);
    const plain = stripVTControlCharacters(stdout);
    for (const line of plain.split("\n")) expect(textWidth(line)).toBeLessThanOrEqual(70);
    expect(plain).toMatch(/A alpha .*n 20\b/);
    expect(plain).toMatch(/B bêta 実験 .*n 3,000\b/);
  });

  it("says what is meant for a metric that is not there, and gives numbers to programs", async () => {
    await world.makeRuns(...RUNS);
    expect(await world.cli("plot", "alpha", "-m", "lss", "--dir", "store")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('did you mean "loss"'),
    });
    expect((await world.cli("plot", "alpha", "--smooth", "1", "--dir", "store")).code).toBe(2);
    expect((await world.cli("plot", "alpha", "-f", "--dir", "store")).code).toBe(2);
    const { stdout } = await world.cli("plot", "alpha", "-m", "acc", "--dir", "store", "--json");
    expect(JSON.parse(stdout)).toMatchObject({ x: "step", series: [{ key: "acc", exact: true, totalPoints: 20 }] });
  });

  it("ends by itself when the followed runs have ended", async () => {
    await world.makeRuns(...RUNS);
    world.columns = 80;
    const { code, stdout } = await world.cli("plot", "alpha", "-f", "-m", "loss", "--dir", "store");
    expect(code).toBe(0);
    expect(stdout).toContain("n 20");
  });
});

describe("compare", () => {
  it("shows what differs, and the metrics side by side", async () => {
    await world.makeRuns(...RUNS);
    const { stdout, code } = await world.cli("compare", "alpha", "run-b", "--dir", "store");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\s+alpha\s+bêta 実験/);
    expect(stdout).toMatch(/^lr\s+0.1\s+0.2$/m);
    expect(stdout).not.toContain("optimizer/name");
    expect(stdout).toContain("1 setting equal in all of them");
    expect(stdout).toMatch(/^loss\s+1.05 [▁-█]+\s+2.0003 [▁-█]+$/m);
    const json = await world.cli("compare", "alpha", "run-b", "--dir", "store", "--json", "-m", "acc");
    expect(JSON.parse(json.stdout)).toMatchObject({
      config: { lr: ["0.1", "0.2"] },
      metrics: { acc: [{ count: 20 }, { count: 3000 }] },
    });
    expect((await world.cli("compare", "alpha", "alpha", "--dir", "store")).code).toBe(2);
  });
});
