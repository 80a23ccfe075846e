/** @file Which column of a table of another program is the step, the time, the run, a metric. */
import { TrainlogError } from "../../run/error.ts";
import type { ImportOptions } from "../import/piece.ts";

/** Places of columns by what they mean; metrics are what is left. */
export interface TableRoles {
  readonly step: number | undefined;
  readonly time: number | undefined;
  readonly run: number | undefined;
  /** Of a table with one line per value: the column with the metric's name, and the one with its value. */
  readonly key: number | undefined;
  readonly value: number | undefined;
  readonly metrics: readonly { readonly index: number; readonly key: string }[];
  /** What was guessed, in words. */
  readonly notes: readonly string[];
}

/** Names by which programs call their columns, compared without case, blanks and signs; the first that is there counts. */
const USUAL_NAMES = {
  step: ["step", "globalstep", "trainerglobalstep", "iteration", "iter", "timestep", "update", "epoch"],
  time: ["wallms", "walltime", "timestamp", "datetime", "time"],
  run: ["runid", "run"],
  key: ["key", "metric", "tag"],
  value: ["value"],
} as const;

type Role = keyof typeof USUAL_NAMES;

/**
 * Reads the head of a table.
 *
 * @throws TrainlogError `import/bad-table` for a column that is asked for and not there, and for a table without metrics.
 */
export function tableRoles(names: readonly string[], options: ImportOptions): TableRoles {
  const asked: Record<Role, string | undefined> = {
    step: options.stepColumn,
    time: options.timeColumn,
    run: options.runColumn,
    key: options.keyColumn,
    value: options.valueColumn,
  };
  const find = (role: Role): number | undefined => columnOf(names, role, asked[role]);
  const [step, time, run, key, value] = [find("step"), find("time"), find("run"), find("key"), find("value")];
  // One line per value needs both columns; a lone `value` is a metric of that name.
  const isLong = key !== undefined && value !== undefined;
  const taken = new Set([step, time, run, ...(isLong ? [key, value] : [])]);
  const metrics = isLong ? [] : metricsOf(names, taken, options.keys ?? []);
  if (!isLong && metrics.length === 0) throw badTable(`no column is left for a metric in ${names.join(", ")}`);
  const notes = [
    step === undefined
      ? "no column was recognised as the step: rows are counted from 0 (--step-column NAME says which it is)"
      : `step: column ${JSON.stringify(names[step])}`,
    time === undefined
      ? "no column was recognised as the time: points get the time of the file (--time-column NAME says which it is)"
      : `time: column ${JSON.stringify(names[time])}`,
    ...(run === undefined ? [] : [`run: column ${JSON.stringify(names[run])}`]),
  ];
  return { step, time, run, key: isLong ? key : undefined, value: isLong ? value : undefined, metrics, notes };
}

function columnOf(names: readonly string[], role: Role, asked: string | undefined): number | undefined {
  if (asked !== undefined) {
    const index = names.indexOf(asked);
    if (index >= 0) return index;
    throw badTable(`there is no column ${JSON.stringify(asked)} (--${role}-column); there are ${names.join(", ")}`);
  }
  const plain = names.map((name) => name.toLowerCase().replaceAll(/[^a-z]/g, ""));
  for (const usual of USUAL_NAMES[role]) {
    const index = plain.indexOf(usual);
    if (index >= 0) return index;
  }
  return undefined;
}

function metricsOf(
  names: readonly string[],
  taken: ReadonlySet<number | undefined>,
  keys: readonly string[],
): TableRoles["metrics"] {
  const missing = keys.find((key) => !names.includes(key));
  if (missing !== undefined)
    throw badTable(`there is no column ${JSON.stringify(missing)} (--key); there are ${names.join(", ")}`);
  return names.flatMap((key, index) => {
    const isWanted = keys.length === 0 ? key !== "" : keys.includes(key);
    return taken.has(index) || !isWanted ? [] : [{ index, key }];
  });
}

function badTable(message: string): TrainlogError {
  return new TrainlogError("import/bad-table", message, { status: 400 });
}
