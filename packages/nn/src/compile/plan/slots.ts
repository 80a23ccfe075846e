/**
 * @file Slots: places that lie elsewhere in every run (arguments, new results), as numbers that pass for addresses.
 *
 * Code is generated before a run knows its arguments, but lowerings compute with addresses as plain numbers (`ptr + offset`). So each slot has a range of
 * numbers of its own, above all real addresses; where an address ends up in code it is told apart and becomes "what the slot holds, plus offset".
 */

/** More than any memory has bytes, and few enough that thousands of slots stay exact. */
const SLOT_BYTES = 2 ** 33;

/** The number that stands for the beginning of a slot. */
export function slotAddress(slot: number): number {
  return (slot + 1) * SLOT_BYTES;
}

/** Which slot an address lies in, and how many bytes from its beginning; undefined for real addresses. */
export function slotOf(address: number): { readonly slot: number; readonly offset: number } | undefined {
  if (address < SLOT_BYTES) return undefined;
  const slot = Math.floor(address / SLOT_BYTES) - 1;
  return { slot, offset: address - slotAddress(slot) };
}
