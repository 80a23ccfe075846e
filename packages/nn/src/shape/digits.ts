/**
 * @file Natural numbers as decimal digits, for the compiler.
 *
 * Counting with tuples ends at 10,000 elements, less than one flattened image; long addition on digits has no such end and costs a handful of
 * instantiations per digit. Numbers are strings in here: `Reversed` ones have the lowest digit first, because template literals are read from the left.
 */

/** A list as long as the digit says. */
interface Ones {
  "0": [];
  "1": [0];
  "2": [0, 0];
  "3": [0, 0, 0];
  "4": [0, 0, 0, 0];
  "5": [0, 0, 0, 0, 0];
  "6": [0, 0, 0, 0, 0, 0];
  "7": [0, 0, 0, 0, 0, 0, 0];
  "8": [0, 0, 0, 0, 0, 0, 0, 0];
  "9": [0, 0, 0, 0, 0, 0, 0, 0, 0];
}
type Ten = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
type Digit = keyof Ones;

/** Lowest digit first. */
type Reverse<Digits extends string, Out extends string = ""> = Digits extends `${infer First}${infer Rest}`
  ? Reverse<Rest, `${First}${Out}`>
  : Out;

/** The number of digits in reading order, without leading zeros. */
type TrimZeros<Digits extends string> = Digits extends "0"
  ? "0"
  : Digits extends `0${infer Rest}`
    ? TrimZeros<Rest>
    : Digits;

/** Digits of a number; `never` for what is not a natural number in plain notation. */
export type DigitsOf<N extends number> = `${N}` extends `-${string}` | `${string}.${string}` | `${string}e${string}`
  ? never
  : `${N}`;

/** The number of these digits. */
export type NumberOf<Digits extends string> = TrimZeros<Digits> extends `${infer N extends number}` ? N : number;

type ReversedSum<
  A extends string,
  B extends string,
  Carry extends 0[] = [],
  Out extends string = "",
> = A extends `${infer DigitA extends Digit}${infer RestA}`
  ? B extends `${infer DigitB extends Digit}${infer RestB}`
    ? [...Ones[DigitA], ...Ones[DigitB], ...Carry] extends infer Column extends 0[]
      ? Column extends [...Ten, ...infer Over extends 0[]]
        ? ReversedSum<RestA, RestB, [0], `${Out}${Over["length"]}`>
        : ReversedSum<RestA, RestB, [], `${Out}${Column["length"]}`>
      : never
    : Carry extends []
      ? `${Out}${A}`
      : ReversedSum<A, "0", Carry, Out>
  : Carry extends []
    ? `${Out}${B}`
    : B extends ""
      ? `${Out}1`
      : ReversedSum<"0", B, Carry, Out>;

/** A − B, or `never` when that is negative. */
type ReversedDifference<
  A extends string,
  B extends string,
  Borrow extends 0[] = [],
  Out extends string = "",
> = A extends `${infer DigitA extends Digit}${infer RestA}`
  ? B extends `${infer DigitB extends Digit}${infer RestB}`
    ? Ones[DigitA] extends [...Ones[DigitB], ...Borrow, ...infer Left extends 0[]]
      ? ReversedDifference<RestA, RestB, [], `${Out}${Left["length"]}`>
      : [...Ten, ...Ones[DigitA]] extends [...Ones[DigitB], ...Borrow, ...infer Left extends 0[]]
        ? ReversedDifference<RestA, RestB, [0], `${Out}${Left["length"]}`>
        : never
    : Borrow extends []
      ? `${Out}${A}`
      : ReversedDifference<A, "0", Borrow, Out>
  : Borrow extends []
    ? IsZero<B> extends true
      ? Out
      : never
    : never;

type IsZero<Digits extends string> = Digits extends `0${infer Rest}` ? IsZero<Rest> : Digits extends "" ? true : false;

/** A · digit, by doubling. Only the entry that is asked for is computed. */
interface ReversedMultiples<A extends string> {
  "0": "0";
  "1": A;
  "2": ReversedSum<A, A>;
  "3": ReversedSum<this["2"], A>;
  "4": ReversedSum<this["2"], this["2"]>;
  "5": ReversedSum<this["4"], A>;
  "6": ReversedSum<this["4"], this["2"]>;
  "7": ReversedSum<this["6"], A>;
  "8": ReversedSum<this["4"], this["4"]>;
  "9": ReversedSum<this["8"], A>;
}

/** A (reversed) · B, the result reversed: Horner's rule from B's highest digit. */
type ReversedProduct<
  A extends string,
  B extends string,
  Out extends string = "0",
> = B extends `${infer High extends Digit}${infer Rest}`
  ? ReversedProduct<A, Rest, ReversedSum<`0${Out}`, ReversedMultiples<A>[High]>>
  : Out;

/** How often Divisor goes into Rest, at most nine times; with what is left. Both reversed. */
type Fit<Rest extends string, Divisor extends string, Count extends 0[] = []> = [
  ReversedDifference<Rest, Divisor>,
] extends [never]
  ? [Count["length"], Rest]
  : Fit<ReversedDifference<Rest, Divisor>, Divisor, [...Count, 0]>;

/** Long division; `Divisor` reversed. */
type LongQuotient<
  Digits extends string,
  Divisor extends string,
  Rest extends string = "",
  Out extends string = "",
> = Digits extends `${infer High}${infer Low}`
  ? Fit<`${High}${Rest}`, Divisor> extends [infer Count extends number, infer Left extends string]
    ? LongQuotient<Low, Divisor, Left, `${Out}${Count}`>
    : never
  : Out;

/** Digits of A + B. */
export type DigitsSum<A extends string, B extends string> = Reverse<ReversedSum<Reverse<A>, Reverse<B>>>;

/** Digits of A − B; `never` when that is negative. */
export type DigitsDifference<A extends string, B extends string> = [
  ReversedDifference<Reverse<A>, Reverse<B>>,
] extends [never]
  ? never
  : Reverse<ReversedDifference<Reverse<A>, Reverse<B>>>;

/** Digits of A · B. */
export type DigitsProduct<A extends string, B extends string> = Reverse<ReversedProduct<Reverse<A>, B>>;

/** Digits of A / B, rounded down; B is not zero. */
export type DigitsQuotient<A extends string, B extends string> = LongQuotient<A, Reverse<B>>;
