/** @file What the columns of a table mean, as options say it, and which of them are inputs and targets. */
import { describeValue, TrainlogError } from "../../error.ts";

/**
 * What a column holds. `"number"`: numbers; `"category"`: one of a few words; `"boolean"`: true/false, yes/no, t/f, y/n or 1/0 in any case; `"ignored"`: nothing
 * that is used.
 */
export type ColumnKind = "number" | "category" | "boolean" | "ignored";

/**
 * What becomes of a missing value. `"error"` names its place; `"drop"` leaves the row out; `"mean"` and `"median"` put in the training rows' mean or median
 * (in categories and booleans their most frequent value); `{ constant }` that value.
 */
export type MissingPolicy = "error" | "drop" | "mean" | "median" | { readonly constant: number | string | boolean };

/** What a column holds, with details. */
export interface ColumnDetails {
  readonly kind: ColumnKind;
  /** Default: the table's policy. */
  readonly missing?: MissingPolicy;
  /** The categories, in the order of their numbers; any other is an error. Default: those that occur, sorted. */
  readonly categories?: readonly string[];
}

/** What a column holds. */
export type Column = ColumnKind | ColumnDetails;

/** What each column holds, by name. Columns that are not named are `"number"`. */
export type Columns = Readonly<Record<string, Column>>;

/** A column that is used: where it stands and what it means. */
export interface UsedColumn {
  readonly name: string;
  /** Number of the column in the file, counting from 0. */
  readonly index: number;
  readonly kind: "number" | "category" | "boolean";
  readonly missing: MissingPolicy;
  readonly categories: readonly string[] | undefined;
  readonly isTarget: boolean;
  /** Whether it is read by an encoding that was fitted before. */
  readonly fitted?: true;
}

const KINDS: readonly string[] = ["number", "category", "boolean", "ignored"] satisfies readonly ColumnKind[];

/**
 * The columns that are used, in the order of the file.
 *
 * @param names - The file's columns.
 * @throws TrainlogError `table/no-column` for a name that the file does not have, `table/bad-column` for options that contradict each other.
 */
export function usedColumns(
  names: readonly string[],
  columns: Columns,
  targets: readonly string[],
  policy: MissingPolicy,
  what: string,
): UsedColumn[] {
  for (const name of [...Object.keys(columns), ...targets]) {
    if (!names.includes(name)) throw noColumn(name, names, what);
  }
  return names.flatMap((name, index) => {
    const { kind, missing = policy, categories } = detailsOf(name, columns, what);
    const isTarget = targets.includes(name);
    if (kind !== "ignored") {
      checkPolicy(missing, { name, kind, categories }, what);
      return [{ name, index, kind, missing, categories, isTarget }];
    }
    if (isTarget) throw badColumn(what, `column "${name}" is the target, so it cannot be ignored`);
    return [];
  });
}

/** Refuses policies that do not exist, and a constant that does not fit into its column. */
function checkPolicy(
  policy: MissingPolicy,
  { name, kind, categories }: Pick<UsedColumn, "name" | "kind" | "categories">,
  what: string,
): void {
  if (typeof policy === "string" && ["error", "drop", "mean", "median"].includes(policy)) return;
  if (typeof policy !== "object" || policy === null || !("constant" in policy)) {
    throw badColumn(
      what,
      `missing of column "${name}" is ${describeValue(policy)}; there are "error", "drop", "mean", "median" and { constant }`,
    );
  }
  const { constant } = policy;
  const wanted = { number: "number", category: "string", boolean: "boolean" }[kind];
  if (typeof constant !== wanted || Number.isNaN(constant)) {
    throw badColumn(
      what,
      `column "${name}" holds a ${kind}, so the constant for its missing values is a ${wanted}; got ${describeValue(constant)}. ` +
        `Give the column its own policy: { kind: "${kind}", missing: … }`,
    );
  }
  if (categories !== undefined && !categories.includes(String(constant))) {
    throw badColumn(
      what,
      `the constant ${describeValue(constant)} for missing values of column "${name}" is none of its categories`,
    );
  }
}

function detailsOf(name: string, columns: Columns, what: string): ColumnDetails {
  const given: Column = Object.hasOwn(columns, name) ? (columns[name] ?? "number") : "number";
  const details: ColumnDetails = typeof given === "string" ? { kind: given } : given;
  if (!KINDS.includes(details.kind)) {
    throw badColumn(
      what,
      `column "${name}" is said to hold ${describeValue(details.kind)}; there are ${KINDS.join(", ")}`,
    );
  }
  if (details.categories !== undefined && details.kind !== "category") {
    throw badColumn(what, `column "${name}" has categories, but its kind is "${details.kind}"`);
  }
  return details;
}

function noColumn(name: string, names: readonly string[], what: string): TrainlogError {
  return new TrainlogError(
    "table/no-column",
    `${what} has no column ${describeValue(name)}; it has ${names.map((known) => `"${known}"`).join(", ")}${delimiterHint(names)}`,
  );
}

/** A line that was not divided, though it looks as if it could be. */
function delimiterHint(names: readonly string[]): string {
  const [only] = names;
  const found = names.length === 1 ? [";", "\t", "|"].find((mark) => only?.includes(mark)) : undefined;
  return found === undefined
    ? ""
    : `. If its fields are divided otherwise, say so: delimiter: ${JSON.stringify(found)}`;
}

/** @internal An error in the description of the columns. */
export function badColumn(what: string, reason: string): TrainlogError {
  return new TrainlogError("table/bad-column", `${what}: ${reason}`);
}
