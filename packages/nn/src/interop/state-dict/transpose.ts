/** @file Transposition of matrices that are data, not part of a computation. */
import { TrainlogError } from "../../error.ts";
import { showShape } from "../../shape/shape.ts";
import { newArray, tensorFromData } from "../../tensor/from-data.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";

/**
 * The transposed matrix as a new tensor.
 *
 * @throws TrainlogError `state-dict/not-a-matrix`.
 */
export function transposeMatrix(matrix: AnyTensor, name: string): AnyTensor {
  const [rows, columns] = matrix.shape;
  if (rows === undefined || columns === undefined || matrix.rank !== 2) {
    throw new TrainlogError(
      "state-dict/not-a-matrix",
      `"${name}" is to be transposed, but has shape ${showShape(matrix.shape)}; only matrices can be`,
    );
  }
  const data = matrix.data();
  const turned = newArray(matrix.dtype, data.length);
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) turned[column * rows + row] = data[row * columns + column] ?? 0;
  }
  return tensorFromData(turned, [columns, rows], matrix.dtype);
}
