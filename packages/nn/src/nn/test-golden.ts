/** @file PyTorch's numbers for layers and losses (made by `golden/nn.py`), for tests. */
import { readFileSync } from "node:fs";
import { fromNumbers } from "../tensor/create.ts";
import type { DType, FloatDType } from "../tensor/dtype.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { expectClose } from "../tensor/test-close.ts";

/** A tensor of the file. */
export interface GoldenTensor {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** Tensors by name. */
export type GoldenTensors = Readonly<Record<string, GoldenTensor>>;

/** A layer's numbers. */
export interface LayerCase {
  readonly state: GoldenTensors;
  readonly input: GoldenTensor;
  readonly output: GoldenTensor;
  /** The gradients are those of the sum of output × cotangent. */
  readonly cotangent: GoldenTensor;
  readonly gradients: GoldenTensors;
  readonly inputGradient?: GoldenTensor;
  /** Buffers after a training step. */
  readonly stateAfter?: GoldenTensors;
}

/** A loss's numbers. */
export interface LossCase {
  readonly output: GoldenTensor;
  readonly target: GoldenTensor;
  readonly value: GoldenTensor;
  readonly gradient: GoldenTensor;
}

interface Golden {
  readonly layers: Readonly<Record<string, LayerCase>>;
  readonly losses: Readonly<Record<string, LossCase>>;
}

/** The file. */
export const golden: Golden = JSON.parse(readFileSync(new URL("../../golden/nn.json", import.meta.url), "utf8"));

/** A tensor of the file as a tensor. */
export function tensorOf<D extends DType>({ shape, data }: GoldenTensor, dtype: D): AnyTensor {
  return fromNumbers(shape, data, dtype);
}

/** How near numbers must come, by element type: relative above 1, absolute below. */
export const TOLERANCE: Readonly<Record<FloatDType, number>> = { float: 1e-5, f64: 1e-10 };

/** Expects a tensor to be PyTorch's. */
export function expectGolden(actual: AnyTensor | undefined, wanted: GoldenTensor, what: string): void {
  expectClose(actual, wanted, { within: actual?.dtype === "f64" ? TOLERANCE.f64 : TOLERANCE.float, what });
}
