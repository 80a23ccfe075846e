/** @file Matrix products by tiles in shared memory. */
import { broadcastStrides } from "../../primitives/index-map.ts";
import { type MatmulAttributes, matmulSizes } from "../../primitives/matmul.ts";
import { SECOND_TRANSPOSED, type TrilMatmulAttributes, trilMatmulFlags } from "../../primitives/triangle.ts";
import { sizeOf } from "../../shape/shape.ts";
import { eachElement, type GpuKernel, type GpuView, load, MAX_GROUPS, store, strided, typeOf } from "../wgsl/kernel.ts";
import { operandAt, type WriteKernels } from "./layout.ts";

const TILE = 16;

/** Products of the matrices in the last two axes. */
export const matmulKernels: WriteKernels<MatmulAttributes> = (output, inputs, attributes) => {
  return [productKernel(output, productOf(operandAt(inputs, 0), operandAt(inputs, 1), attributes))];
};

/** a·bᵀ, with zeros above the diagonal. */
export const matmulTrilKernels: WriteKernels<undefined> = (output, inputs) => {
  const product = productOf(operandAt(inputs, 0), operandAt(inputs, 1), SECOND_TRANSPOSED);
  const result: Product["result"] = (row, column) => `select(total, 0, ${column} > ${row})`;
  return [productKernel(output, { ...product, result })];
};

/** The lower triangle of the first operand, or its transpose, times the second. */
export const trilMatmulKernels: WriteKernels<TrilMatmulAttributes> = (output, inputs, attributes) => {
  const product = productOf(operandAt(inputs, 0), operandAt(inputs, 1), trilMatmulFlags(attributes));
  const a: Product["a"] = (matrix, row, inner) => {
    const isAbove = attributes.transpose ? `${row} > ${inner}` : `${inner} > ${row}`;
    return `select(${product.a(matrix, row, inner)}, 0, ${isAbove})`;
  };
  return [productKernel(output, { ...product, a })];
};

function productKernel(output: GpuView, product: Product): GpuKernel {
  const { m, n, matrices } = product;
  const isTiled = matrices <= MAX_GROUPS && Math.max(m, n) <= MAX_GROUPS * TILE && m > 1 && n > 1;
  return isTiled ? tiledKernel(output, product) : elementKernel(output, product);
}

interface Product {
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly matrices: number;
  /** Element (row, inner) of matrix number `matrix` of a. */
  a(matrix: string, row: string, inner: string): string;
  /** Element (inner, column) of matrix number `matrix` of b. */
  b(matrix: string, inner: string, column: string): string;
  /** What is stored of the variable `total`. */
  result(row: string, column: string): string;
}

function productOf(a: GpuView, b: GpuView, attributes: MatmulAttributes): Product {
  const { lead, m, k, n } = matmulSizes(a.shape, b.shape, attributes);
  const start = (x: GpuView, matrix: string): string => {
    const size = sizeOf(x.shape.slice(-2));
    const strides = broadcastStrides(x.shape.slice(0, -2), lead).map((stride) => stride * size);
    return strided(lead, strides, matrix);
  };
  const [rowA, innerA] = attributes.transposeA ? [1, m] : [k, 1];
  const [innerB, columnB] = attributes.transposeB ? [1, k] : [n, 1];
  return {
    m,
    k,
    n,
    matrices: sizeOf(lead),
    a: (matrix, row, inner) => load(a, `${start(a, matrix)} + ${row} * ${rowA} + ${inner} * ${innerA}`),
    b: (matrix, inner, column) => load(b, `${start(b, matrix)} + ${inner} * ${innerB} + ${column} * ${columnB}`),
    result: () => "total",
  };
}

function elementKernel(output: GpuView, { m, k, n, a, b, result }: Product): GpuKernel {
  const body = `let column = i % ${n};
let row = (i / ${n}) % ${m};
let matrix = i / ${n * m};
var total: ${typeOf(output.dtype)} = 0;
for (var k = 0; k < ${k}; k++) { total += ${a("matrix", "row", "k")} * ${b("matrix", "k", "column")}; }
${store(output, "i", result("row", "column"))}`;
  return eachElement(sizeOf(output.shape), body);
}

function tiledKernel(output: GpuView, { m, k, n, matrices, a, b, result }: Product): GpuKernel {
  const type = typeOf(output.dtype);
  const code = `var<workgroup> tile_a: array<${type}, ${TILE * TILE}>;
var<workgroup> tile_b: array<${type}, ${TILE * TILE}>;
@compute @workgroup_size(${TILE}, ${TILE})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) thread: vec3<u32>) {
  let x = i32(thread.x);
  let y = i32(thread.y);
  let column = i32(group.x) * ${TILE} + x;
  let row = i32(group.y) * ${TILE} + y;
  let matrix = i32(group.z);
  var total: ${type} = 0;
  for (var k = 0; k < ${k}; k += ${TILE}) {
    var from_a: ${type} = 0;
    if (row < ${m} && k + x < ${k}) { from_a = ${a("matrix", "row", "(k + x)")}; }
    tile_a[y * ${TILE} + x] = from_a;
    var from_b: ${type} = 0;
    if (column < ${n} && k + y < ${k}) { from_b = ${b("matrix", "(k + y)", "column")}; }
    tile_b[y * ${TILE} + x] = from_b;
    workgroupBarrier();
    for (var j = 0; j < ${TILE}; j++) { total += tile_a[y * ${TILE} + j] * tile_b[j * ${TILE} + x]; }
    workgroupBarrier();
  }
  if (row < ${m} && column < ${n}) { ${store(output, `(matrix * ${m} + row) * ${n} + column`, result("row", "column"))} }
}`;
  return { code, workgroups: [Math.ceil(n / TILE), Math.ceil(m / TILE), matrices] };
}
