/**
 * @file Arithmetic on sizes in types.
 *
 * Of literals the results are literals; of `number` (a size known only to the data) they are `number`, and so is everything that is not natural.
 */
import type { DigitsDifference, DigitsOf, DigitsProduct, DigitsQuotient, DigitsSum, NumberOf } from "./digits.ts";
import type { Shape } from "./shape.ts";

/** Says whether both are literals of natural numbers. */
type BothKnown<A extends number, B extends number> = number extends A
  ? false
  : number extends B
    ? false
    : [DigitsOf<A>] extends [never]
      ? false
      : [DigitsOf<B>] extends [never]
        ? false
        : true;

/** A + B. */
export type Add<A extends number, B extends number> =
  BothKnown<A, B> extends true ? NumberOf<DigitsSum<DigitsOf<A>, DigitsOf<B>>> : number;

/** A − B; `never` when that is negative. */
export type Subtract<A extends number, B extends number> =
  BothKnown<A, B> extends true
    ? [DigitsDifference<DigitsOf<A>, DigitsOf<B>>] extends [never]
      ? never
      : NumberOf<DigitsDifference<DigitsOf<A>, DigitsOf<B>>>
    : number;

/** A · B. */
export type Multiply<A extends number, B extends number> = A extends 1
  ? B
  : B extends 1
    ? A
    : BothKnown<A, B> extends true
      ? NumberOf<DigitsProduct<DigitsOf<A>, DigitsOf<B>>>
      : number;

/** A / B rounded down; `never` for B = 0. */
export type Divide<A extends number, B extends number> = B extends 1
  ? A
  : B extends 0
    ? never
    : BothKnown<A, B> extends true
      ? NumberOf<DigitsQuotient<DigitsOf<A>, DigitsOf<B>>>
      : number;

/** A / B rounded up; `never` for B = 0. */
export type DivideUp<A extends number, B extends number> = A extends 0 ? 0 : Add<Divide<Subtract<A, 1>, B>, 1>;

/** True when A is less than B, false when not, `boolean` when that is not known. */
export type IsLess<A extends number, B extends number> =
  BothKnown<A, B> extends true ? ([Subtract<A, B>] extends [never] ? true : false) : boolean;

/** Number of elements: 1 for `[]`, `number` when a size (or the rank) is not known. */
export type Product<S extends Shape, Out extends number = 1> = number extends S["length"]
  ? number
  : S extends readonly [infer First extends number, ...infer Rest extends Shape]
    ? Product<Rest, Multiply<Out, First>>
    : Out;
