import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MetricTable } from "./metric-table.ts";
import { RowAxes } from "./row-axes.ts";

/** Values of every sort that a script may log, NaN and infinities often among them. */
const number = fc.oneof(
  fc.integer({ min: -5, max: 5 }),
  fc.double(),
  fc.constantFrom(Number.NaN, Infinity, -Infinity, -0),
);
/** A place on an axis. Whether an extent ends at 0 or at −0 is nobody's business. */
const place = number.map((x) => x + 0);
/** Rows of a batch; more than a cell holds, and fewer. */
const rows = fc.array(fc.tuple(place, place, number), { maxLength: 200 });

function columnOf(batch: readonly (readonly number[])[], field: number): Float64Array {
  return Float64Array.from(batch, (row) => row[field]!);
}

describe("MetricTable", () => {
  it("takes a column as it takes its points one by one", () => {
    fc.assert(
      fc.property(fc.array(rows, { maxLength: 5 }), fc.integer({ min: 0, max: 70 }), (batches, ahead) => {
        const [byColumn, byPoint] = [new MetricTable(), new MetricTable()];
        for (const table of [byColumn, byPoint]) {
          for (const key of ["a", "b", "sparse"]) table.require(key, "number");
          // Metrics whose cells have other borders share the axes all the same.
          for (let i = 0; i < ahead; i++) table.addPoint(1, i, i, i);
        }
        for (const batch of batches) {
          const axes = new RowAxes(columnOf(batch, 0), columnOf(batch, 1));
          const values = columnOf(batch, 2);
          const rowIndex = Uint32Array.from(batch.keys()).filter((row) => row % 3 === 1);
          for (const metric of [0, 1, 0]) byColumn.addColumn(metric, axes, values);
          byColumn.addColumn(
            2,
            axes.pick(rowIndex),
            Float64Array.from(rowIndex, (row) => values[row]!),
          );
          for (const metric of [0, 1, 0])
            for (const [step, wallMs, value] of batch) byPoint.addPoint(metric, step, wallMs, value);
          for (const row of rowIndex) byPoint.addPoint(2, ...batch[row]!);
        }
        expect(byColumn.state()).toEqual(byPoint.state());
      }),
    );
  });
});
