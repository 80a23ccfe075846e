/** @file Access to a primitive's operands. */
/**
 * The operand at a place. Primitives are applied only by the functions beside them, which pass as many operands as the primitive takes, so a missing
 * one is a fault of this package.
 */
export function operand<T>(operands: readonly T[], at: number): T {
  const found = operands[at];
  if (found === undefined) throw new RangeError(`a primitive was applied to ${operands.length} operands, too few`);
  return found;
}
