import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyTrainLog } from "../../../test/support/arbitrary-log.ts";
import { beforeAfterLoss, type TrainLog, trainLog } from "../train-log.ts";
import { columnsOf } from "./markup.ts";
import { type PngOptions, renderPng } from "./png.ts";
import { renderHtml, renderSvg, renderTerminal } from "./render.ts";

const HOSTILE = `</script></style><script>alert(1)</script><img src=http://example.org/x onerror=alert(1)>" ' & \u0000\u001b[31m \ud800`;
const hostileLog: TrainLog = {
  title: HOSTILE,
  steps: [],
  series: [{ name: HOSTILE, values: [1, 2], color: HOSTILE }],
  notes: [HOSTILE],
};
const hostileMatrix = {
  content: {
    counts: [
      [1, 2],
      [3, 4],
    ],
  },
  options: { labels: [HOSTILE, HOSTILE], title: HOSTILE },
};
const matrix = {
  counts: [
    [8, 2],
    [1, 4],
  ],
};

/** Fails unless every tag that `markup` opens it also closes, and no attribute or text is left unquoted. */
function expectWellFormed(markup: string): void {
  const open: string[] = [];
  const rest = markup.replaceAll(
    /<(\/?)([a-zA-Z][\w-]*)((?:\s+[\w:-]+(?:="[^"<]*")?)*)\s*(\/?)>/g,
    (_, closing: string, name: string, __, selfClosing: string) => {
      if (closing !== "") expect(open.pop()).toBe(name);
      else if (selfClosing === "" && !["meta", "input", "br"].includes(name)) open.push(name);
      return "";
    },
  );
  expect(open).toEqual([]);
  // What is left is text and style rules: no angle bracket, and only entities behind an ampersand.
  expect(rest.replace("<!doctype html>", "")).not.toMatch(/[<]|&(?!amp;|lt;|gt;|quot;|#39;)/);
}

const visibleTexts = (svg: string): string[] =>
  [...svg.matchAll(/<text[^>]*>(?:<title>[^<]*<\/title>)?([^<]*)<\/text>/g)].map((match) => match[1]!);

describe("renderSvg of a log", () => {
  it("is well-formed for any log, in every theme, on both axes", () => {
    fc.assert(
      fc.property(anyTrainLog, fc.constantFrom("auto", "light", "dark"), fc.boolean(), (log, theme, logY) => {
        const svg = renderSvg(log, { theme, logY });
        expectWellFormed(svg);
        // Every coordinate is a number.
        expect(svg.replaceAll(/>[^<]*</g, "><").replaceAll(/aria-label="[^"]*"/g, "")).not.toMatch(
          /NaN|Infinity|undefined/,
        );
      }),
    );
  });

  it("draws no point of a log axis that has nothing above 0, however large the values are", () => {
    for (const value of [-6.3e303, -Number.MAX_VALUE, -1, 0]) {
      const svg = renderSvg(trainLog({ series: [{ name: "a", values: [value, value], color: "#000" }] }), {
        logY: true,
      });
      expect(svg).not.toMatch(/<circle|<path d|Infinity|NaN/);
    }
  });

  it("shows title, legend, axes and a curve", () => {
    const svg = renderSvg(beforeAfterLoss("MLP", 200, 0.7, 0.1));
    expect(visibleTexts(svg)).toEqual(expect.arrayContaining(["MLP", "loss", "step", "0", "200"]));
    expect(svg).toMatch(/<path d="M[\d.]+ [\d.]+L[\d.]+ [\d.]+" fill="none" stroke="#4e79a7"/);
    expect(svg).toContain('aria-label="MLP: line chart of loss over 2 steps"');
  });

  it("falls from the top left to the bottom right for a falling loss", () => {
    const [, x0, y0, x1, y1] = /M([\d.]+) ([\d.]+)L([\d.]+) ([\d.]+)/
      .exec(renderSvg(beforeAfterLoss("MLP", 200, 0.7, 0.1)))!
      .map(Number);
    expect(x0! < x1! && y0! < y1!).toBe(true);
  });

  it("says that a log is empty, has nothing to draw, or has mismatched steps", () => {
    expect(visibleTexts(renderSvg(trainLog()))).toContain("The log has no series.");
    const nothing = trainLog({ series: [{ name: "a", values: [Number.NaN], color: "red" }] });
    expect(visibleTexts(renderSvg(nothing))).toContain("No value to draw.");
    const mismatch = trainLog({ steps: [1], series: [{ name: "a", values: [1, 2], color: "red" }] });
    expect(visibleTexts(renderSvg(mismatch))).toContain("⚠ steps length mismatch");
  });

  it("names what a logarithmic axis cannot show", () => {
    const log = trainLog({ series: [{ name: "a", values: [1, 0, -1, 10, -Infinity, Number.NaN], color: "red" }] });
    expect(visibleTexts(renderSvg(log, { logY: true }))).toContain("⚠ 2 values ≤ 0 not on a log axis");
  });

  it("stays small for a million points and for a thousand series", () => {
    const million = trainLog({
      series: [{ name: "a", values: Array.from({ length: 1_000_000 }, (_, i) => Math.sin(i)), color: "red" }],
    });
    expect(renderSvg(million).length).toBeLessThan(100_000);
    const thousand = trainLog({
      series: Array.from({ length: 1000 }, (_, i) => ({ name: `s${i}`, values: [i, 1], color: "red" })),
    });
    expect(visibleTexts(renderSvg(thousand))).toContain("and 952 more");
  });

  it("carries literal colours in a fixed theme, and a style sheet in auto", () => {
    const log = beforeAfterLoss("MLP", 1, 1, 0);
    expect(renderSvg(log, { theme: "dark" })).not.toMatch(/<style|var\(|class="tl-fill/);
    expect(renderSvg(log)).toContain("@media (prefers-color-scheme:dark)");
  });
});

describe("renderSvg of a matrix", () => {
  it("shows counts, labels and statistics", () => {
    const texts = visibleTexts(renderSvg(matrix, { labels: ["cat", "dog"], title: "Pets" }));
    expect(texts).toEqual(
      expect.arrayContaining([
        "Pets",
        "accuracy 80.0% · 12 of 15 correct · 2 classes",
        "cat",
        "dog",
        "8",
        "88.9%",
        "84.2%",
      ]),
    );
  });

  it("shades each cell by its share of the row", () => {
    const svg = renderSvg(
      {
        counts: [
          [100, 0],
          [1, 1],
        ],
      },
      { theme: "light" },
    );
    const opacities = [...svg.matchAll(/fill-opacity="([\d.]+)"/g)].map((match) => Number(match[1]));
    expect(opacities).toEqual([1, 0.28, 0.28]);
  });

  it("clips to 40 classes, with statistics over all of them", () => {
    const counts = Array.from({ length: 45 }, (_, i) => Array.from({ length: 45 }, (_, j) => (i === j ? 1 : 0)));
    const texts = visibleTexts(renderSvg({ counts }));
    expect(texts).toEqual(
      expect.arrayContaining(["⚠ clipped to 40", "accuracy 100.0% · 45 of 45 correct · 45 classes"]),
    );
    expect(texts).not.toContain("40");
  });

  it("shows a matrix that is not square without statistics, and an empty one", () => {
    expect(visibleTexts(renderSvg({ counts: [[1, 2, 3], [4]] }))).toEqual(
      expect.arrayContaining(["⚠ not square: no statistics", "3", "4"]),
    );
    expect(visibleTexts(renderSvg({ counts: [] }))).toContain("The matrix has no classes.");
  });
});

describe("renderHtml", () => {
  it("asks nothing of anyone and runs no script, whatever the names", () => {
    for (const page of [renderHtml(hostileLog), renderHtml(hostileMatrix.content, hostileMatrix.options)]) {
      expect(page).toContain(
        `content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"`,
      );
      const tags = page.match(/<[^>]*>/g)!.map((tag) => tag.replaceAll(/"[^"]*"/g, '""'));
      for (const tag of tags) expect(tag).not.toMatch(/^<(?:script|img|link|iframe|object)|\s(?:on\w+|src|href)=/i);
      expect(page).not.toContain("url(");
      expectWellFormed(page);
    }
  });

  it("is well-formed for any log", () => {
    fc.assert(
      fc.property(anyTrainLog, (log) => expectWellFormed(renderHtml(log))),
      { numRuns: 40 },
    );
  });

  it("has statistics, notes and the last 20 rows", () => {
    const values = Array.from({ length: 30 }, (_, i) => i / 10);
    const page = renderHtml(trainLog({ series: [{ name: "a", values, color: "red" }], notes: ["project=p"] }));
    expect(page).toContain(
      "<tr><td>a</td><td>30</td><td>0</td><td>2.9</td><td>2.9</td><td>0</td><td>2.9</td><td>0</td></tr>",
    );
    expect(page).toContain("<li>project=p</li>");
    expect(page).toContain("<tr><td>10</td><td>1</td></tr>");
    expect(page).not.toContain("<tr><td>9</td><td>0.9</td></tr>");
  });
});

describe("renderTerminal", () => {
  it("keeps within the width and sends no control characters, for any log", () => {
    fc.assert(
      fc.property(anyTrainLog, fc.integer({ min: 40, max: 120 }), fc.boolean(), (log, columns, logY) => {
        const text = renderTerminal(log, { columns, logY });
        expect(text.replaceAll("\n", "")).not.toMatch(/\p{Cc}/u);
        for (const line of text.split("\n")) expect(columnsOf(line)).toBeLessThanOrEqual(columns);
      }),
    );
  });

  it("draws a falling loss from top left to bottom right", () => {
    const lines = renderTerminal(beforeAfterLoss("MLP", 200, 0.7, 0.1), { columns: 60, rows: 3 }).split("\n");
    expect(lines.slice(0, 3)).toEqual(["MLP", "", "loss  n=2  last=0.1  min=0.1  max=0.7"]);
    expect(lines[3]).toMatch(/^0\.7 ┤[⠉⠑]/);
    expect(lines[5]).toMatch(/^0\.1 ┤ +.*[⣀⡀]$/);
    expect(lines[7]).toMatch(/^ {5}0 +step 200$/);
  });

  it("colours only when asked, and gives names no way to do it", () => {
    const escapes = (text: string): boolean => text.includes("\u001b");
    expect(escapes(renderTerminal(hostileLog))).toBe(false);
    expect(escapes(renderTerminal(hostileMatrix.content, hostileMatrix.options))).toBe(false);
    expect(escapes(renderTerminal(beforeAfterLoss("MLP", 1, 1, 0), { color: true }))).toBe(true);
  });

  it("says what it cannot draw", () => {
    expect(renderTerminal(trainLog())).toContain("The log has no series.");
    const nan = trainLog({ series: [{ name: "a", values: [Number.NaN], color: "red" }] });
    expect(renderTerminal(nan)).toContain("(no finite value to draw)");
    const infinite = trainLog({ series: [{ name: "a", values: [1, Infinity, 2, -Infinity], color: "red" }] });
    expect(renderTerminal(infinite)).toMatch(/↑[\s\S]*↓/);
  });

  it("shows a matrix as a table that fits", () => {
    expect(renderTerminal(matrix, { labels: ["cat", "dog"] })).toBe(
      [
        "Confusion matrix",
        "accuracy 80.0% · 12 of 15 correct · 2 classes",
        "",
        "true\\pred cat dog",
        "cat         8   2",
        "dog         1   4",
        "",
        "class     support    prec  recall      F1",
        "cat            10   88.9%   80.0%   84.2%",
        "dog             5   66.7%   80.0%   72.7%",
        "",
      ].join("\n"),
    );
    const wide = { counts: Array.from({ length: 30 }, () => new Array<number>(30).fill(12345)) };
    const text = renderTerminal(wide, { columns: 60 });
    expect(text).toContain("! 18 more columns do not fit");
    for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(60);
  });
});

describe("renderPng", () => {
  const sizeOf = (png: Uint8Array): number[] => {
    const view = new DataView(png.buffer, png.byteOffset);
    return [view.getUint32(16), view.getUint32(20)];
  };

  it("draws a picture of the asked size", async () => {
    const png = await renderPng(beforeAfterLoss("MLP", 200, 0.7, 0.1), { widthPx: 400, scale: 1.5 });
    expect([...png.subarray(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    expect(sizeOf(png)[0]).toBe(600);
  });

  it("sets text with its own font: a title makes a difference", async () => {
    const bare = await renderPng(trainLog({ title: "" }));
    const titled = await renderPng(trainLog({ title: "Ωμέγα loss" }));
    expect(Buffer.from(bare).equals(titled)).toBe(false);
  });

  it("draws in parallel, in the dark, and hostile names", async () => {
    const pictures = await Promise.all([
      renderPng(hostileLog, { theme: "dark" }),
      renderPng(hostileMatrix.content, hostileMatrix.options),
      renderPng(matrix),
    ]);
    for (const png of pictures) expect(sizeOf(png)[0]).toBeGreaterThan(600);
  });

  it.each<[PngOptions, string]>([
    [{ scale: 0 }, "scale: expected more than 0 and at most 8, got 0"],
    [{ scale: Number.NaN }, "scale: expected more than 0 and at most 8, got NaN"],
    [{ widthPx: 100_000 }, "widthPx: expected 240 to 10000 pixels, got 100000"],
    [{ heightPx: Number.NaN }, "heightPx: expected 120 to 10000 pixels, got NaN"],
  ])("refuses %j", async (options, message) => {
    await expect(renderPng(matrix, options)).rejects.toMatchObject({ code: "log/bad-size", message });
  });
});
