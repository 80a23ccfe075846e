/** @file Orthonormal rows or columns from any full-rank matrix. */

/**
 * Makes the rows of a row-major matrix orthonormal, or its columns when there are fewer of them.
 *
 * Gram–Schmidt, twice ("twice is enough", Kahan and Parlett): as orthogonal as Householder's reflections, and it keeps each vector's side, so normal
 * numbers give uniformly distributed matrices (Mezzadri, 2007).
 */
export function orthonormalRows(matrix: Float64Array, rows: number, columns: number): Float64Array {
  if (rows > columns)
    return transposed(orthonormalRows(transposed(matrix, rows, columns), columns, rows), columns, rows);
  const result = matrix.slice();
  const row = (at: number): Float64Array => result.subarray(at * columns, (at + 1) * columns);
  for (let at = 0; at < rows; at += 1) {
    for (let pass = 0; pass < 2; pass += 1) {
      for (let before = 0; before < at; before += 1) subtractProjection(row(at), row(before));
    }
    normalize(row(at));
  }
  return result;
}

function transposed(matrix: Float64Array, rows: number, columns: number): Float64Array {
  return Float64Array.from(matrix, (_, at) => matrix[(at % rows) * columns + Math.floor(at / rows)] ?? 0);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at += 1) sum += (a[at] ?? 0) * (b[at] ?? 0);
  return sum;
}

function subtractProjection(vector: Float64Array, unit: Float64Array): void {
  const length = dot(vector, unit);
  for (let at = 0; at < vector.length; at += 1) vector[at] = (vector[at] ?? 0) - length * (unit[at] ?? 0);
}

function normalize(vector: Float64Array): void {
  const length = Math.sqrt(dot(vector, vector));
  for (let at = 0; at < vector.length; at += 1) vector[at] = (vector[at] ?? 0) / length;
}
