import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { scope, valueGradAux } from "../autograd/transforms.ts";
import { evaluateGraph } from "../ir/evaluate.ts";
import { trace } from "../ir/trace.ts";
import type { TensorPack } from "../tensor/pack.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { expectClose } from "../tensor/test-close.ts";
import { compile } from "./compile.ts";
import { optimize } from "./passes/optimize.ts";
import { evaluateProgram, inputsOf, type RandomProgram, randomProgram, totalOf } from "./test-random-program.ts";

/** Compiled code adds up in another order than eager kernels and, with f64, than references in one go. */
const TOLERANCE = { float: 1e-5, f64: 1e-12 } as const;

function expectAllClose(got: readonly AnyTensor[], wanted: readonly AnyTensor[], relative: number): void {
  expect(got.map(({ shape, dtype }) => ({ shape, dtype }))).toEqual(
    wanted.map(({ shape, dtype }) => ({ shape, dtype })),
  );
  // The largest number of an output is what its roundings are measured by.
  wanted.forEach((tensor, i) => {
    expectClose(got[i], tensor, { within: relative, of: "largest", what: `output ${i}` });
  });
}

/** The program, its total and the gradient of that by the inputs. */
function withGradient(
  program: RandomProgram,
): (...inputs: AnyTensor[]) => { outputs: AnyTensor[]; grads: AnyTensor[] } {
  const differentiated = valueGradAux((inputs: AnyTensor[]) => {
    const outputs = evaluateProgram(program, inputs);
    return { value: totalOf(outputs, program.dtype) as never, aux: outputs };
  });
  return (...inputs) => {
    const { grad, aux } = differentiated(inputs);
    return { outputs: aux, grads: grad };
  };
}

describe("compile", () => {
  it("computes what eager execution computes, gradients included, and the same bits in every run", () => {
    fc.assert(
      fc.property(randomProgram, (program) =>
        scope(() => {
          const inputs = inputsOf(program);
          const run = withGradient(program);
          const wanted = run(...inputs);
          using compiled = compile<AnyTensor[], TensorPack>(run as never);
          const got = compiled(...inputs) as unknown as typeof wanted;
          expectAllClose(
            [...got.outputs, ...got.grads],
            [...wanted.outputs, ...wanted.grads],
            TOLERANCE[program.dtype],
          );
          const again = compiled(...inputs) as unknown as typeof wanted;
          expectAllClose([...again.outputs, ...again.grads], [...got.outputs, ...got.grads], 0);
        }),
      ),
      { numRuns: 300 },
    );
  });
});

describe("optimize", () => {
  it("changes no result by a bit, NaN and −0 included", () => {
    fc.assert(
      fc.property(randomProgram, (program) =>
        scope(() => {
          const inputs = inputsOf(program);
          const run = withGradient(program);
          const graph = trace(inputs, (args) => {
            const { outputs, grads } = run(...args);
            return [...outputs, ...grads];
          });
          expectAllClose(evaluateGraph(optimize(graph), inputs), evaluateGraph(graph, inputs), 0);
        }),
      ),
      { numRuns: 150 },
    );
  });
});
