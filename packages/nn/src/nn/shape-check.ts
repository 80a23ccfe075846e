/**
 * @file Shapes of examples as layers check them at run time, in the words of the compile errors.
 *
 * Before data arrives a size may be unknown, as in `nn.conv2d(1, 8, …)` at the start of a model that takes images of any size: then it is `ANY_SIZE`.
 */
import { describeValue, TrainlogError } from "../error.ts";
import type { Shape } from "../shape/shape.ts";

/** A size that only the data will tell, for `nn.input([nn.ANY_SIZE, 3])`; to the compiler a `number`. */
export const ANY_SIZE: number = -1;

/** Says whether two sizes can be the same. */
export function sizeFits(a: number | undefined, b: number): boolean {
  return a === b || a === ANY_SIZE || b === ANY_SIZE;
}

/** Says whether two shapes can be the same. */
export function shapeFits(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, axis) => sizeFits(size, b[axis] ?? Number.NaN));
}

/** A shape as text, unknown sizes as `?`: as `ShowShape` does it in types. */
export function showSizes(shape: Shape): string {
  return `[${shape.map(showSize).join(", ")}]`;
}

/** A size as text. */
export function showSize(size: number): string {
  return size === ANY_SIZE ? "?" : String(size);
}

/** The error of a layer that does not take a shape. */
export function wrongInput(label: string, expected: string, got: Shape): TrainlogError {
  return shapeError(`${label} got an input of the wrong shape`, expected, got);
}

/** The error whose compile-time twin is `ShapeError<message, expected, got>`. */
export function shapeError(message: string, expected: string, got: Shape): TrainlogError {
  return new TrainlogError("shape/mismatch", `${message}: expected ${expected}, got ${showSizes(got)}`);
}

/** The shape that a layer on the last axis makes. */
export function onLastAxis(label: string, input: Shape, from: number, to: number): Shape {
  if (input.length === 0 || !sizeFits(input.at(-1), from)) throw wrongInput(label, `[..., ${showSize(from)}]`, input);
  return [...input.slice(0, -1), to];
}

/** Adds the layer's place to an error of its shape rule: `layer 2, linear(7, 1) got …`; `layer 1.2, …` for nested ones. */
export function atLayer(place: string, message: string): string {
  if (place === "") return message;
  return message.startsWith("layer ")
    ? `layer ${place}.${message.slice("layer ".length)}`
    : `layer ${place}, ${message}`;
}

/**
 * Refuses what is no layer: mostly a maker of layers that was not called.
 *
 * @throws TrainlogError `nn/not-a-layer`
 */
export function checkDescription(where: string, value: unknown): void {
  if (typeof value === "object" && value !== null && "outputShape" in value && "forward" in value) return;
  const hint = typeof value === "function" ? "; makers of layers are called: nn.relu(), not nn.relu" : "";
  throw new TrainlogError(
    "nn/not-a-layer",
    `${where} takes layers such as nn.relu(), got ${describeValue(value)}${hint}`,
  );
}

/**
 * Refuses what is not a whole number of at least `least`.
 *
 * @throws TrainlogError `nn/bad-option`
 */
export function checkCount(what: string, value: number, least = 1): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new TrainlogError("nn/bad-option", `${what} is a whole number of at least ${least}; got ${String(value)}`);
}
