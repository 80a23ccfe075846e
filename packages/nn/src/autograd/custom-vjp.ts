/** @file `customVjp`: a function with a gradient rule of its own. */
import { apply } from "../engine/apply.ts";
import { TrainlogError } from "../error.ts";
import { checkFunction } from "../options/check-function.ts";
import { broadcastTo, transpose } from "../primitives/index.ts";
import { type BatchedInput, definePrimitive, type Primitive } from "../primitives/primitive.ts";
import { sameShape, showShape } from "../shape/shape.ts";
import { type AnyTensor, Tensor } from "../tensor/tensor.ts";
import { liveNode } from "./tape.ts";
import { vmapTensors } from "./vmap.ts";

/** A gradient rule: cotangents of the arguments from that of the value. `undefined`: none flows there. */
export type CustomRule<Args extends readonly AnyTensor[], Out extends AnyTensor> = (
  cotangent: Out,
  args: Args,
  value: Out,
) => { readonly [At in keyof Args]: AnyTensor | undefined };

/** A rule on lists. */
type Rule = (cotangent: AnyTensor, args: readonly AnyTensor[], value: AnyTensor) => readonly (AnyTensor | undefined)[];

/**
 * `fn` with `rule` in place of its derivative, in every order and in all transforms.
 *
 * @param fn - From tensors to a tensor. What it computes is not looked into by the gradient.
 * @param rule - Linear in the cotangent (otherwise forward mode makes no sense); made of operations, so that it can be differentiated again.
 * @throws TrainlogError `tensor/not-a-function`; when called `grad/closed-over` when `fn` uses a tensor from outside that is being differentiated: pass it as an argument;
 *   `grad/bad-rule` when a cotangent is not like its argument.
 *
 * @example
 * // Straight-through estimator: rounds forward, passes the gradient on.
 * const round = customVjp((x: Tensor<[3]>) => floor(add(x, 0.5)), (g) => [g]);
 */
export function customVjp<Args extends readonly AnyTensor[], Out extends AnyTensor>(
  fn: (...args: Args) => Out,
  rule: CustomRule<Args, Out>,
): (...args: Args) => Out {
  checkFunction("customVjp", fn);
  checkFunction("the rule of customVjp", rule);
  // The rule gets back what `fn` was called with and returned.
  const primitive = passWithRule(rule as unknown as Rule);
  return (...args) => {
    const detached = args.map(({ value, shape, dtype }) => new Tensor(value, shape, dtype));
    const value = fn(...(detached as unknown as Args)); // the same list without its history
    if (liveNode(value) !== undefined) throw closedOver(value);
    return apply(primitive, [value, ...args], undefined) as Out; // an identity of `value`
  };
}

function closedOver({ shape }: AnyTensor): TrainlogError {
  return new TrainlogError(
    "grad/closed-over",
    `a function with customVjp (its result has shape ${showShape(shape)}) uses a tensor from outside that is being differentiated, for which its rule gives no gradient; ` +
      "pass the tensor as an argument, or stop its gradient with stopGradient",
  );
}

/** The identity of its first input, whose gradient flows to the others by a rule. It stands in graphs, so the rule survives tracing. */
function passWithRule(rule: Rule): Primitive<undefined> {
  return definePrimitive({
    name: "customVjp",
    identity: true,
    infer: ([value]) => {
      if (value === undefined) throw new RangeError("a custom rule without a value");
      return value;
    },
    vjp: (g, [, ...args], output) => {
      const cotangents = rule(g, args, output);
      args.forEach((arg, i) => {
        checkCotangent(cotangents[i], arg, i);
      });
      return [undefined, ...cotangents];
    },
    reference: (output, [value]) => {
      if (value !== undefined) output.data.set(value.data);
    },
    batch: (inputs) => passBatch(rule, inputs),
  });
}

function checkCotangent(cotangent: AnyTensor | undefined, arg: AnyTensor, i: number): void {
  if (cotangent === undefined) return;
  if (cotangent.dtype === arg.dtype && sameShape(cotangent.shape, arg.shape)) return;
  throw new TrainlogError(
    "grad/bad-rule",
    `the rule of a customVjp must give a cotangent like argument ${i}: expected ${arg.dtype}${showShape(arg.shape)}, got ${cotangent.dtype}${showShape(cotangent.shape)}`,
  );
}

/** The same for many examples: arguments are made to have the examples along their first axis, and so has the rule. */
function passBatch(rule: Rule, inputs: readonly BatchedInput[]): { readonly output: AnyTensor; readonly axis: number } {
  const size = inputs.reduce((found, { tensor, axis }) => (axis === undefined ? found : (tensor.shape[axis] ?? 0)), 1);
  const inFront = inputs.map((input) => examplesFirst(input, size));
  return { output: apply(passWithRule(batchedRule(rule)), inFront, undefined), axis: 0 };
}

function examplesFirst({ tensor, axis }: BatchedInput, size: number): AnyTensor {
  if (axis === undefined) return broadcastTo(tensor, [size, ...tensor.shape]);
  const others = tensor.shape.map((_, at) => at).filter((at) => at !== axis);
  return transpose(tensor, [axis, ...others]);
}

function batchedRule(rule: Rule): Rule {
  return (cotangent, args, value) => {
    let present: boolean[] = [];
    const inputs = [cotangent, value, ...args].map((tensor) => ({ tensor, axis: 0 }));
    const found = vmapTensors(inputs, (examples) => {
      const [g, y, ...own] = examples;
      if (g === undefined || y === undefined) return [];
      const cotangents = rule(g, own, y);
      present = own.map((_, i) => cotangents[i] !== undefined);
      return cotangents.filter((part) => part !== undefined);
    });
    let next = 0;
    return present.map((isPresent) => {
      if (!isPresent) return undefined;
      next += 1;
      return found[next - 1];
    });
  };
}
