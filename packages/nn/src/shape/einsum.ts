/**
 * @file Einstein's sum: shapes from formulas such as `"bij,bjk->bik"`.
 *
 * One letter per axis; equal letters are equal sizes, letters that are not in the result are summed over.
 */
import { TrainlogError } from "../error.ts";
import type { Plain, Shape } from "./shape.ts";
import { showShape } from "./shape.ts";
import { type IsOpen, type ShapeError, type ShowShape, shapeError } from "./shape-error.ts";

/** Which size each letter has. */
type Sizes = Readonly<Record<string, number>>;

/** Letters of a term, without spaces. */
type Letters<Term extends string, Out extends readonly string[] = []> = Term extends `${infer First}${infer Rest}`
  ? First extends " "
    ? Letters<Rest, Out>
    : Letters<Rest, [...Out, First]>
  : Out;

/**
 * The shape that a formula gives, or a {@link ShapeError}. Unknown for a formula that is not a literal, or has no `->`.
 *
 * @example
 * EinsumShape<"bij,bjk->bik", [[8, 2, 3], [8, 3, 4]]>   // [8, 2, 4]
 */
export type EinsumShape<Formula extends string, Shapes extends readonly Shape[]> = string extends Formula
  ? Shape
  : Formula extends `${infer Terms}->${infer Result}`
    ? Bind<Formula, Terms, Shapes, Record<never, number>> extends infer Bound
      ? Bound extends Sizes
        ? Pick<Formula, Letters<Result>, Bound>
        : Bound
      : never
    : Shape;

/** Sizes of all letters of the terms. */
type Bind<
  Formula extends string,
  Terms extends string,
  Shapes extends readonly Shape[],
  Bound,
> = Terms extends `${infer First},${infer Rest}`
  ? Shapes extends readonly [infer S extends Shape, ...infer Others extends readonly Shape[]]
    ? BindTerm<Letters<First>, S, S, First, Bound> extends infer Next
      ? Next extends Sizes
        ? Bind<Formula, Rest, Others, Next>
        : Next
      : never
    : CountMismatch<Formula>
  : Shapes extends readonly [infer S extends Shape]
    ? BindTerm<Letters<Terms>, S, S, Terms, Bound>
    : number extends Shapes["length"]
      ? Record<string, number>
      : CountMismatch<Formula>;

type CountMismatch<Formula extends string> = ShapeError<
  "einsum: there must be one term per tensor",
  `tensors for ${Formula}`,
  "another number"
>;

/** Sizes of the letters of one term. */
type BindTerm<Left extends readonly string[], S extends Shape, Whole extends Shape, Term extends string, Bound> =
  IsOpen<S> extends true
    ? Bound & Record<Left[number], number>
    : Left extends readonly [infer Letter extends string, ...infer Rest extends readonly string[]]
      ? S extends readonly [infer Size extends number, ...infer Others extends Shape]
        ? Letter extends keyof Bound
          ? number extends Bound[Letter]
            ? BindTerm<Rest, Others, Whole, Term, Omit<Bound, Letter> & Record<Letter, Size>>
            : number extends Size
              ? BindTerm<Rest, Others, Whole, Term, Bound>
              : Size extends Bound[Letter]
                ? BindTerm<Rest, Others, Whole, Term, Bound>
                : ShapeError<
                    `einsum: axis ${Letter} has two sizes`,
                    `size ${Bound[Letter] & number} in ${Term}`,
                    ShowShape<Whole>
                  >
          : BindTerm<Rest, Others, Whole, Term, Bound & Record<Letter, Size>>
        : TermMismatch<Term, Whole>
      : S extends readonly []
        ? Bound
        : TermMismatch<Term, Whole>;

type TermMismatch<Term extends string, S> = ShapeError<
  "einsum: a term must have one letter per axis",
  `the axes of ${Term}`,
  ShowShape<S>
>;

type Pick<
  Formula extends string,
  Result extends readonly string[],
  Bound,
  Out extends Shape = [],
> = Result extends readonly [infer Letter extends string, ...infer Rest extends readonly string[]]
  ? Letter extends keyof Bound
    ? Bound[Letter] extends infer Size extends number
      ? Pick<Formula, Rest, Bound, [...Out, Size]>
      : never
    : ShapeError<`einsum: axis ${Letter} of the result is in no term`, "letters of the terms", Formula>
  : Plain<Out>;

/** A formula taken apart. */
export interface ParsedEinsum {
  /** Letters of each tensor's axes. */
  readonly terms: readonly string[];
  /** Letters of the result's axes. */
  readonly result: string;
  readonly sizes: ReadonlyMap<string, number>;
}

/**
 * Reads a formula and checks it against the shapes.
 *
 * @param formula - Without `->` the result has, in alphabetic order, the letters that occur once, as in NumPy.
 * @throws TrainlogError `shape/bad-einsum` for a formula that cannot be read; `shape/mismatch` in the words of {@link EinsumShape}.
 */
export function parseEinsum(formula: string, shapes: readonly Shape[]): ParsedEinsum {
  const [left = "", right, ...more] = formula.replaceAll(" ", "").split("->");
  const terms = left.split(",");
  if (more.length > 0 || !/^[a-zA-Z,]*$/.test(left) || !/^[a-zA-Z]*$/.test(right ?? "")) {
    throw new TrainlogError(
      "shape/bad-einsum",
      `einsum: cannot read the formula "${formula}"; it is made of letters (one per axis), commas between tensors and one "->", as "bij,bjk->bik"`,
    );
  }
  if (terms.length !== shapes.length) {
    throw shapeError("einsum: there must be one term per tensor", `tensors for ${formula}`, String(shapes.length));
  }
  const sizes = new Map<string, number>();
  terms.forEach((term, i) => {
    bindTerm(term, shapes[i] ?? [], sizes);
  });
  return { terms, result: checkResult(formula, right ?? implicitResult(terms), sizes), sizes };
}

function bindTerm(term: string, shape: Shape, sizes: Map<string, number>): void {
  if (term.length !== shape.length) {
    throw shapeError("einsum: a term must have one letter per axis", `the axes of ${term}`, showShape(shape));
  }
  shape.forEach((size, axis) => {
    const letter = term.charAt(axis);
    const known = sizes.get(letter) ?? size;
    if (known !== size) {
      throw shapeError(`einsum: axis ${letter} has two sizes`, `size ${known} in ${term}`, showShape(shape));
    }
    sizes.set(letter, size);
  });
}

function implicitResult(terms: readonly string[]): string {
  const letters = terms.join("");
  return [...new Set(letters)]
    .filter((letter) => letters.indexOf(letter) === letters.lastIndexOf(letter))
    .sort((a, b) => (a < b ? -1 : 1))
    .join("");
}

function checkResult(formula: string, result: string, sizes: ReadonlyMap<string, number>): string {
  for (const letter of result) {
    if (!sizes.has(letter)) {
      throw shapeError(`einsum: axis ${letter} of the result is in no term`, "letters of the terms", formula);
    }
  }
  if (new Set(result).size === result.length) return result;
  throw new TrainlogError("shape/bad-einsum", `einsum: a letter stands twice in the result of "${formula}"`);
}
