/**
 * @file `checkpoint`: memory for time.
 *
 * The forward pass keeps the arguments and the result and frees what lies between; the backward pass computes it again. The function is one step on the
 * tape (a `Call`), whose rule runs the function again on a level of its own. Tracked tensors that the function takes from its surroundings are found
 * during the forward pass and differentiated like arguments.
 */
import { TrainlogError } from "../error.ts";
import { checkFunction } from "../options/check-function.ts";
import { barrier } from "../primitives/index.ts";
import { isFloat } from "../tensor/dtype.ts";
import { flattenPack, mapPack, packTensors, type TensorPack } from "../tensor/pack.ts";
import { type AnyTensor, isSymbolic, Tensor } from "../tensor/tensor.ts";
import { closeLevel, type Level, openLevel, pullBack, scope } from "./level.ts";
import { forgetFrom, liveNode, recordCall, tape } from "./tape.ts";

/**
 * The same function with the same gradients, which in the backward pass computes its intermediate values again instead of keeping them
 * (Chen et al. 2016, arXiv:1604.06174).
 *
 * A network of n blocks of which each is checkpointed keeps n results and the inside of one block, for one more forward pass. The function has to be pure:
 * randomness comes from keys.
 *
 * @param fn - From packs to a pack.
 * @throws TrainlogError `tensor/not-a-function`; when called as `fn`; `grad/impure` when the second run gives another structure than the first.
 *
 * @example
 * const block = checkpoint((params: Params, x: Tensor<[8, 512]>) => gelu(matmul(x, params.w)));
 */
export function checkpoint<Args extends readonly TensorPack[], Out extends TensorPack>(
  fn: (...args: Args) => Out,
): (...args: Args) => Out {
  checkFunction("checkpoint", fn);
  return (...args) => {
    if (tape.level === 0 || !tape.recording) return fn(...args);
    const { value, captured } = runUnrecorded(fn, args);
    const inputs = [...packTensors(args).filter(({ dtype }) => isFloat(dtype)), ...captured];
    const results = mapPack(value, ({ value: memory, shape, dtype }) => new Tensor(memory, shape, dtype));
    const isDifferentiable = packTensors(results).map(({ dtype }) => isFloat(dtype));
    recordCall(
      inputs,
      packTensors(results).filter((_, i) => isDifferentiable[i] === true),
      (cotangents) => runAgain(fn, args, captured, cotangents),
    );
    return results;
  };
}

/** The result without anything on the tape, and the tracked tensors that the function took from outside. */
function runUnrecorded<Args extends readonly TensorPack[], Out extends TensorPack>(
  fn: (...args: Args) => Out,
  args: Args,
): { readonly value: Out; readonly captured: readonly AnyTensor[] } {
  const start = tape.nodes.length;
  const detached = mapPack(args, ({ value, shape, dtype }) => new Tensor(value, shape, dtype));
  const value = scope(() => fn(...detached));
  const captured = new Set<AnyTensor>();
  for (const { inputs } of tape.nodes.slice(start)) {
    for (const input of inputs) if ((liveNode(input)?.index ?? start) < start) captured.add(input);
  }
  // What the function returns as it found it.
  for (const tensor of packTensors(value)) if ((liveNode(tensor)?.index ?? start) < start) captured.add(tensor);
  forgetFrom(start);
  return { value, captured: [...captured] };
}

/** The rule: cotangents of the float arguments and of the captured tensors from those of the results. */
function runAgain<Args extends readonly TensorPack[], Out extends TensorPack>(
  fn: (...args: Args) => Out,
  args: Args,
  captured: readonly AnyTensor[],
  cotangents: readonly (AnyTensor | undefined)[],
): readonly (AnyTensor | undefined)[] {
  const run = (): readonly (AnyTensor | undefined)[] => {
    const sources = packTensors(args)
      .filter(({ dtype }) => isFloat(dtype))
      .map(hidden);
    return withCaptured(captured, sources, (level) => {
      let next = 0;
      const tracked = mapPack(args, (tensor) => {
        if (!isFloat(tensor.dtype)) return tensor;
        next += 1;
        return level.leaves[next - 1] ?? tensor;
      });
      return pullBack(level, seedsOf(fn(...tracked), cotangents));
    });
  };
  // When nothing around wants to differentiate this pass, its intermediate values can go at once.
  return tape.recording ? run() : scope(run);
}

/** The compiler may not find that the second run computes what the first did: it would keep the first one's values. */
function hidden(tensor: AnyTensor): AnyTensor {
  return isSymbolic(tensor) ? barrier(tensor) : tensor;
}

/** Runs `fn` on a level whose leaves are `sources` and, under their own names, the captured tensors. */
function withCaptured<T>(captured: readonly AnyTensor[], sources: readonly AnyTensor[], fn: (level: Level) => T): T {
  const aliases = captured.map(({ value, shape, dtype, node }) => new Tensor(value, shape, dtype, node));
  const nodes = captured.map(({ node }) => node);
  const level = openLevel([...sources, ...aliases]);
  captured.forEach((tensor, i) => {
    tensor.node = level.leaves[sources.length + i]?.node;
  });
  try {
    return fn(level);
  } finally {
    captured.forEach((tensor, i) => {
      tensor.node = nodes[i];
    });
    closeLevel(level);
  }
}

function seedsOf(
  value: TensorPack,
  cotangents: readonly (AnyTensor | undefined)[],
): { readonly tensor: AnyTensor; readonly cotangent: AnyTensor }[] {
  const results = flattenPack(value).filter(({ tensor }) => isFloat(tensor.dtype));
  if (results.length !== cotangents.length) {
    throw new TrainlogError(
      "grad/impure",
      `a checkpointed function returned ${cotangents.length} tensors at first and ${results.length} when it was run again; it has to be pure`,
    );
  }
  return results.flatMap(({ tensor }, i) => {
    const cotangent = cotangents[i];
    return cotangent === undefined ? [] : [{ tensor, cotangent }];
  });
}
