/** @file Using a fitted encoding on new rows, and going back from a model's results to a table's units. */
import { TrainlogError } from "../../error.ts";
import { showShape } from "../../shape/shape.ts";
import { tensorFromData } from "../../tensor/from-data.ts";
import type { AnyTensor, Tensor } from "../../tensor/tensor.ts";
import { MISSING_WORDS } from "./cells.ts";
import { collect } from "./collect.ts";
import { usedColumns } from "./columns.ts";
import { checkEncoding, columnsOfEncoding, encodeInput, type TableEncoding, widthOf } from "./encoding.ts";

/**
 * Rows as a model's inputs, by the encoding that it was trained with. Columns that are not inputs are not looked at.
 *
 * @param rows - Records of cells: numbers, words, booleans, or text as in a CSV file.
 * @param options.inputShape - Shape of a row's inputs, as `tabularCsvDataset` takes it: makes the size known to the compiler.
 * @returns Shape `[rows, features]`.
 * @throws TrainlogError `table/missing-value`, `table/bad-cell`, `table/unknown-category`, each naming row and column; `table/bad-encoding`;
 *   `shape/mismatch` when a row's inputs are not of `inputShape`.
 *
 * @example
 * const x = await Data.encodeRows(encoding, [{ age: 41, colour: "red" }], { inputShape: [4] });   // Tensor<[number, 4]>
 */
export async function encodeRows<const Features extends number = number>(
  encoding: TableEncoding,
  rows: readonly Readonly<Record<string, unknown>>[],
  { inputShape }: { readonly inputShape?: readonly [Features] } = {},
): Promise<Tensor<readonly [number, Features]>> {
  const { inputs } = checkEncoding(encoding);
  const names = inputs.map(({ name }) => name);
  const onlyInputs: TableEncoding = { ...encoding, targets: [] };
  const columns = usedColumns(names, columnsOfEncoding(onlyInputs, names), [], "error", "encodeRows").map((column) => ({
    ...column,
    fitted: true as const,
  }));
  const { values } = await collect(
    {
      what: "encodeRows",
      columns: names,
      batches: (async function* () {
        yield rows.map((row, i) => ({
          place: () => `row ${i}`,
          cells: names.map((name) => (Object.hasOwn(row, name) ? row[name] : undefined)),
        }));
      })(),
    },
    columns,
    MISSING_WORDS,
  );
  const width = inputs.reduce((total, column) => total + widthOf(column), 0);
  if (inputShape !== undefined && (inputShape.length !== 1 || inputShape[0] !== width)) {
    throw new TrainlogError(
      "shape/mismatch",
      `encodeRows: inputs have shape [${width}] (of ${names.join(", ")}); expected ${showShape(inputShape)}`,
    );
  }
  const encoded = new Float32Array(rows.length * width);
  let at = 0;
  for (let row = 0; row < rows.length; row += 1) {
    inputs.forEach((column, i) => {
      // Given categories keep their numbers, so the values are the encoding's.
      encodeInput(column, values[row * inputs.length + i] ?? Number.NaN, encoded, at);
      at += widthOf(column);
    });
  }
  // `Features` is what was just compared, or `number`.
  return tensorFromData(encoded, [rows.length, width as Features], "float");
}

/**
 * A model's results in the units of the table: standardised targets are scaled back.
 *
 * @param outputs - Shape `[rows, targets]`.
 * @returns One record per row: target → number.
 * @throws TrainlogError `table/bad-target` when the targets are classes (take the largest output instead), `shape/mismatch`, `table/bad-encoding`.
 */
export function decodeTargets(encoding: TableEncoding, outputs: AnyTensor): Readonly<Record<string, number>>[] {
  const { targets } = checkEncoding(encoding);
  if (targets.some(({ kind }) => kind === "category")) {
    throw new TrainlogError(
      "table/bad-target",
      `the target "${targets[0]?.name}" is a class: the model gives one score per class, take the largest`,
    );
  }
  if (outputs.shape.length !== 2 || outputs.shape[1] !== targets.length) {
    throw new TrainlogError(
      "shape/mismatch",
      `decodeTargets: outputs have shape [${outputs.shape.join(", ")}]; expected [rows, ${targets.length}]`,
    );
  }
  const data = outputs.data();
  return Array.from({ length: outputs.shape[0] ?? 0 }, (_, row) =>
    Object.fromEntries(
      targets.map((target, i) => {
        const value = data[row * targets.length + i] ?? Number.NaN;
        return [target.name, target.kind === "number" ? value * target.deviation + target.mean : value];
      }),
    ),
  );
}
