/** @file Softmax, its logarithm, layer normalisation and their gradients: one workgroup per row of the last axis. */
import type { LayerNormAttributes } from "../../primitives/layer-norm.ts";
import { sizeOf } from "../../shape/shape.ts";
import { eachRow, type GpuView, GROUP, literal, load, store } from "../wgsl/kernel.ts";
import { operandAt, type WriteKernels } from "./layout.ts";

/** A kernel over rows: `body` from statements that go along the row with `i`. */
function rows(
  output: GpuView,
  body: (each: (statement: string) => string, length: number) => string,
): ReturnType<WriteKernels> {
  const length = output.shape.at(-1) ?? 1;
  const each = (statement: string): string =>
    `for (var i = row * ${length} + t; i < row * ${length} + ${length}; i += ${GROUP}) { ${statement} }`;
  return [eachRow(length === 0 ? 0 : sizeOf(output.shape) / length, "float", body(each, length))];
}

/** Largest element of the row as `shift`, and the sum of exp(x − shift) as `sum`. */
function exponentials(x: GpuView, each: (statement: string) => string): string {
  return `var highest = ${literal(Number.NEGATIVE_INFINITY, "float")};
${each(`highest = max_f(highest, ${load(x, "i")});`)}
let shift = largest(t, highest);
var part = 0f;
${each(`part += exp_f(${load(x, "i")} - shift);`)}
let sum = add(t, part);`;
}

/** exp(x) / Σ exp(x). */
export const softmaxKernels: WriteKernels<undefined> = (output, inputs) => {
  const x = operandAt(inputs, 0);
  return rows(
    output,
    (each) => `${exponentials(x, each)}\n${each(store(output, "i", `exp_f(${load(x, "i")} - shift) / sum`))}`,
  );
};

/** softmax of the first i + 1 elements of row i of each matrix, 0 behind them. */
export const causalSoftmaxKernels: WriteKernels<undefined> = (output, inputs) => {
  const x = operandAt(inputs, 0);
  const queries = output.shape.at(-2) ?? 1;
  return rows(output, (each, length) => {
    const eachVisible = (statement: string): string => each(`if (i < end) { ${statement} }`);
    return `let end = row * ${length} + row % ${queries} + 1;
${exponentials(x, eachVisible)}
${each(store(output, "i", "0f"))}
${eachVisible(store(output, "i", `exp_f(${load(x, "i")} - shift) / sum`))}`;
  });
};

/** x − log Σ exp(x). */
export const logSoftmaxKernels: WriteKernels<undefined> = (output, inputs) => {
  const x = operandAt(inputs, 0);
  return rows(
    output,
    (each) =>
      `${exponentials(x, each)}\nlet log_sum = log_f(sum);\n${each(store(output, "i", `${load(x, "i")} - shift - log_sum`))}`,
  );
};

/** y·(g − Σ g·y). */
export const softmaxGradKernels: WriteKernels<undefined> = (output, inputs) => {
  const [y, g] = [operandAt(inputs, 0), operandAt(inputs, 1)];
  return rows(
    output,
    (each) => `var part = 0f;
${each(`part += ${load(g, "i")} * ${load(y, "i")};`)}
let dot_product = add(t, part);
${each(store(output, "i", `${load(y, "i")} * (${load(g, "i")} - dot_product)`))}`,
  );
};

/** g − exp(y)·Σ g. */
export const logSoftmaxGradKernels: WriteKernels<undefined> = (output, inputs) => {
  const [y, g] = [operandAt(inputs, 0), operandAt(inputs, 1)];
  return rows(
    output,
    (each) => `var part = 0f;
${each(`part += ${load(g, "i")};`)}
let sum = add(t, part);
${each(store(output, "i", `${load(g, "i")} - exp_f(${load(y, "i")}) * sum`))}`,
  );
};

/** Mean of the row as `center`, and 1 / √(variance + eps) as `scale`. */
function statistics(x: GpuView, each: (statement: string) => string, length: number, eps: number): string {
  return `var part = 0f;
${each(`part += ${load(x, "i")};`)}
let center = add(t, part) / ${length}f;
var squares = 0f;
${each(`let d = ${load(x, "i")} - center; squares += d * d;`)}
let scale = 1f / sqrt(add(t, squares) / ${length}f + ${literal(eps, "float")});`;
}

/** (x − mean) / √(variance + eps). */
export const layerNormKernels: WriteKernels<LayerNormAttributes> = (output, inputs, { eps }) => {
  const x = operandAt(inputs, 0);
  return rows(
    output,
    (each, length) => `${statistics(x, each, length, eps)}
${each(store(output, "i", `(${load(x, "i")} - center) * scale`))}`,
  );
};

/** (g − mean g − y · mean(g·y)) / √(variance + eps). */
export const layerNormGradKernels: WriteKernels<LayerNormAttributes> = (output, inputs, { eps }) => {
  const [x, g] = [operandAt(inputs, 0), operandAt(inputs, 1)];
  return rows(
    output,
    (each, length) => `${statistics(x, each, length, eps)}
var g_part = 0f;
var dot_part = 0f;
${each(`g_part += ${load(g, "i")}; dot_part += ${load(g, "i")} * (${load(x, "i")} - center) * scale;`)}
let g_mean = add(t, g_part) / ${length}f;
let dot_mean = add(t, dot_part) / ${length}f;
${each(store(output, "i", `scale * (${load(g, "i")} - g_mean - (${load(x, "i")} - center) * scale * dot_mean)`))}`,
  );
};
