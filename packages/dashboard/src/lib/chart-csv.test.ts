import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { csvRow, RAW_HEAD, rawRows, shownCsv } from "./chart-csv.ts";
import { plotModel } from "./plot-model.ts";
import { appendPoints, emptyLine } from "./series-line.ts";

/** Reads one row of CSV by the rules of RFC 4180. */
function parseRow(row: string): string[] {
  const cells = row.slice(0, -2).match(/(?:"(?:[^"]|"")*"|[^,"]*)(?:,|$)/gs) ?? [];
  return cells
    .map((cell) => cell.replace(/,$/, ""))
    .map((cell) => (cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell));
}

describe("csvRow", () => {
  it("can be read again", () => {
    const text = fc.string({ unit: "grapheme", maxLength: 10 }).filter((cell) => !/^[=+\-@\t\r]/.test(cell));
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 5 }), (cells) => {
        expect(parseRow(csvRow([...cells, "end"])).slice(0, cells.length)).toEqual(cells);
      }),
    );
  });

  it("lets no spreadsheet run the name of a run", () => {
    expect(csvRow(["=1+1", "-0.5", "-Infinity", "@x"])).toBe("'=1+1,-0.5,-Infinity,'@x\r\n");
  });
});

describe("shownCsv", () => {
  it("has what is drawn, with the range of each place, and nothing out of view", () => {
    const line = emptyLine();
    appendPoints(line, { firstIndex: 0, x: [0, 1, 2], values: [1, Number.NaN, 3] });
    const options = { smoothing: { kind: "ema", weight: 0 }, logY: false, zoom: { from: 1, to: 2 } } as const;
    const csv = shownCsv(plotModel([{ id: "a", line }], options), new Map([["a", "one, two"]]), "step");
    expect(csv).toBe(
      'run,run_id,step,value,mean,min,max\r\n"one, two",a,1,NaN,NaN,NaN,NaN\r\n"one, two",a,2,3,3,3,3\r\n',
    );
  });
});

describe("rawRows", () => {
  it("has every digit of every point", () => {
    const points = { steps: [0, 7], wallMs: [1.7e12, 1.7e12 + 1], values: [0.1 + 0.2, "NaN"] };
    expect(RAW_HEAD + rawRows({ name: "one", runId: "a" }, points)).toBe(
      "run,run_id,step,time,value\r\none,a,0,2023-11-14T22:13:20.000Z,0.30000000000000004\r\none,a,7,2023-11-14T22:13:20.001Z,NaN\r\n",
    );
  });
});
