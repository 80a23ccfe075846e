import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { renderTable, type TableColumn } from "./table.ts";
import { textWidth } from "./text-width.ts";

interface Pair {
  readonly name: string;
  readonly loss: string;
  readonly note?: string;
}

const columns: TableColumn<Pair>[] = [
  { title: "name", value: (row) => row.name, minWidth: 4 },
  { title: "loss", value: (row) => row.loss, align: "right" },
  { title: "note", value: (row) => row.note ?? "", minWidth: 4, optional: true },
];

describe("renderTable", () => {
  it("aligns columns under their titles", () => {
    const rows = [
      { name: "baseline", loss: "0.5" },
      { name: "b", loss: "0.125", note: "best" },
    ];
    expect(renderTable(columns, rows, { width: 80 }).split("\n")).toEqual([
      "name       loss  note",
      "baseline    0.5",
      "b         0.125  best",
    ]);
  });

  it("shrinks before it drops, and names what it dropped", () => {
    const rows = [{ name: "a-long-run-name", loss: "0.125", note: "a long note" }];
    expect(renderTable(columns, rows, { width: 26 }).split("\n")[1]).toBe("a-long-…  0.125  a long n…");
    expect(renderTable(columns, rows, { width: 15 }).split("\n")).toEqual([
      "name       loss",
      "a-long-…  0.125",
      "(too narrow for",
      "note)",
    ]);
  });

  it("clips nothing when there is no width", () => {
    const rows = [{ name: "n".repeat(500), loss: "1", note: "x".repeat(500) }];
    expect(renderTable(columns, rows, { width: Infinity })).toContain("n".repeat(500));
  });

  it("shows a hostile name as text", () => {
    expect(renderTable(columns, [{ name: "a\u001b[2J\nb", loss: "1" }], { width: 80 })).toContain("a�[2J⏎b");
  });

  it("keeps every line within the width whenever the least widths fit", () => {
    const anyRow = fc.record({
      name: fc.string({ unit: "grapheme" }),
      loss: fc.double().map((x) => x.toFixed(3).slice(0, 8)),
      note: fc.string(),
    });
    fc.assert(
      fc.property(fc.array(anyRow, { maxLength: 8 }), fc.integer({ min: 20, max: 60 }), (rows, width) => {
        const lines = renderTable(columns, rows, { width }).split("\n");
        for (const line of lines.slice(0, rows.length + 1)) expect(textWidth(line)).toBeLessThanOrEqual(width);
      }),
    );
  });
});
