/**
 * @file Loop programs that differ only in where their operands lie: one function for all of them.
 *
 * A network of equal blocks, or an optimiser over parameters of equal shape, has the same loop many times. Written once, with the places as parameters, it
 * is generated once, compiled once and fast sooner.
 */
import { type Access, type LoopDefinition, type LoopProgram, mapAccesses } from "./program.ts";

/** Where an operand begins, as an {@link Access} says it. */
export type Place = Pick<Access, "ptr" | "base">;

/** A loop program over parameters. */
export interface SharedLoop {
  /** Equal for programs that differ in `places` only. */
  readonly key: string;
  /** Every operand lies where one of the function's parameters says. */
  readonly program: LoopProgram;
  /** What the parameters have to be, in order. Operands that lie in one place share a parameter, so what is updated in place stays so. */
  readonly places: readonly Place[];
}

/** The program with its places taken out. */
export function shareLoop(program: LoopProgram): SharedLoop {
  const places: Place[] = [];
  const numbers = new Map<string, number>();
  const shared = mapAccesses(program, program.shape, ({ ptr, base, strides, dtype }): Access => {
    const name = `${base}+${ptr}`;
    const parameter = numbers.get(name) ?? places.length;
    if (parameter === places.length) {
      numbers.set(name, parameter);
      places.push({ ptr, base });
    }
    return { ptr: 0, parameter, strides, dtype };
  });
  return { key: keyOf(shared), program: shared, places };
}

/** JSON, which has one 0 only and neither NaN nor infinities: constants are added in full. */
function keyOf(program: LoopProgram): string {
  const constants = program.values.flatMap((value) => (value.kind === "constant" ? [textOf(value)] : []));
  return `${JSON.stringify(program)} ${constants.join()}`;
}

function textOf({ value }: Extract<LoopDefinition, { kind: "constant" }>): string {
  return Object.is(value, -0) ? "-0" : String(value);
}
