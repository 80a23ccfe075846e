/**
 * @file Sizes that depend on the batch.
 *
 * Graphs have known shapes, an ONNX file wants a batch axis of any length. So a function is traced at several batch sizes, and every number in which the
 * traces differ must be `coefficient · batch + offset`; that covers shapes, reshapes, slices and the like, and whatever it does not cover is an error
 * that names the operation instead of a file that is wrong for some batch.
 */

import { TrainlogError } from "../../../error.ts";
import type { Graph, Instruction } from "../../../ir/graph.ts";
import { isRecord } from "../../is-record.ts";

/**
 * Batch sizes that functions are traced at. Two fix the line, the third tests it. Primes that no other size is likely to be: a reshape that changes nothing
 * for a batch of 2 is no instruction, so small sizes would make different programs. Tracing costs the same for all.
 */
export const TRACED_BATCHES: readonly [number, number, number] = [10_007, 10_009, 10_037];

/** A number that follows the batch size. */
export interface BatchNumber {
  readonly coefficient: number;
  readonly offset: number;
}

/** A number that is always the same, or follows the batch size. */
export type Size = number | BatchNumber;

/** Attributes or shapes of type `A` with each number replaced by a {@link Size}. */
export type Sized<A> = A extends number
  ? Size
  : A extends readonly unknown[]
    ? { readonly [K in keyof A]: Sized<A[K]> }
    : A extends object
      ? { readonly [K in keyof A]: Sized<A[K]> }
      : A;

/** Says whether a size is always the same. */
export function isFixed(size: Size): size is number {
  return typeof size === "number";
}

/** Joins what the traces at {@link TRACED_BATCHES} have at one place, or says (by `fail`) that they do not fit. */
export function join(versions: readonly unknown[], fail: () => never): unknown {
  const [first] = versions;
  if (versions.every((version) => Object.is(version, first))) return first;
  if (versions.every((version) => typeof version === "number")) return joinNumbers(versions, fail);
  if (versions.every(Array.isArray)) {
    const length = Array.isArray(first) ? first.length : 0;
    if (versions.some((version) => version.length !== length)) return fail();
    return Array.from({ length }, (_, index) =>
      join(
        versions.map((version) => version[index]),
        fail,
      ),
    );
  }
  if (!versions.every(isRecord) || !isRecord(first)) return fail();
  if (versions.some((version) => Object.keys(version).join() !== Object.keys(first).join())) return fail();
  return Object.fromEntries(
    Object.keys(first).map((key) => [
      key,
      join(
        versions.map((version) => version[key]),
        fail,
      ),
    ]),
  );
}

function joinNumbers(values: readonly number[], fail: () => never): Size {
  if (values.length === 1) return values[0] ?? fail();
  const [a = 0, b = 0] = values;
  const [batchA, batchB] = TRACED_BATCHES;
  const coefficient = (b - a) / (batchB - batchA);
  const offset = a - coefficient * batchA;
  const fits = values.every((value, index) => value === coefficient * (TRACED_BATCHES[index] ?? 0) + offset);
  return fits && Number.isInteger(coefficient) ? { coefficient, offset } : fail();
}

/**
 * Instructions at one place of all traces.
 *
 * @throws TrainlogError `onnx/dynamic-batch` when the traces are not the same program.
 */
export function sameInstruction(graphs: readonly Graph[], index: number): readonly Instruction[] {
  return graphs.map((graph) => {
    const instruction = graph.instructions[index];
    const expected = graphs[0]?.instructions[index]?.primitive.name;
    if (instruction !== undefined && instruction.primitive.name === expected) return instruction;
    throw dependsOnBatch(
      `instruction ${index} is ${expected ?? "missing"} for one batch size and ${instruction?.primitive.name ?? "missing"} for another`,
    );
  });
}

/** The error for programs that no single ONNX graph can stand for. */
export function dependsOnBatch(what: string): TrainlogError {
  return new TrainlogError(
    "onnx/dynamic-batch",
    `the model computes differently for different batch sizes (${what}); export it for one with the option batch`,
  );
}
