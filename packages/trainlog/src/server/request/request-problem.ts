/** @file The error of a request that is wrong in itself: it names each field, what was expected and what came. */
import type { z } from "zod";
import type { FieldProblem } from "../../api/index.ts";
import { describeValue, TrainlogError } from "../../run/error.ts";

/** Most fields that one answer names. */
const MAX_FIELDS = 20;

/** A request that does not say what its schema expects. */
export class RequestProblem extends TrainlogError {
  readonly fields: readonly FieldProblem[];

  constructor(code: string, message: string, fields: readonly FieldProblem[] = []) {
    super(code, message, { status: 400 });
    this.fields = fields;
  }
}

/**
 * Checks a value that a client sent.
 *
 * @param where - What it is, for the message: `"query"` or `"body"`.
 * @throws RequestProblem `api/bad-query` or `api/bad-body`.
 */
export function checkRequest<T>(schema: z.ZodType<T>, value: unknown, where: "query" | "body"): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const fields = result.error.issues.slice(0, MAX_FIELDS).flatMap((issue) => describeIssue(issue, value));
  const first = fields[0];
  const at = first === undefined || first.field === "" ? where : `${where} field ${first.field}`;
  throw new RequestProblem(`api/bad-${where}`, `${at}: ${first?.message ?? "not as expected"}`, fields);
}

function describeIssue(issue: z.core.$ZodIssue, root: unknown): FieldProblem[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({ field: fieldName([...issue.path, key]), message: "there is no such field" }));
  }
  const given = valueAt(root, issue.path);
  const expectation = lowerFirst(issue.message.replace(/, received .*$/, "").replace(/^Invalid input: /, ""));
  return [
    {
      field: fieldName(issue.path),
      message: `${expectation}, got ${given === undefined ? "nothing" : describeValue(given)}`,
    },
  ];
}

/** `["series", 2, "key"]` → `series[2].key`. */
function fieldName(path: readonly PropertyKey[]): string {
  return path.reduce<string>((name, part) => {
    if (typeof part === "number") return `${name}[${part}]`;
    return name === "" ? String(part) : `${name}.${String(part)}`;
  }, "");
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, part) => {
    const holder = value !== null && typeof value === "object" && Object.hasOwn(value, part);
    return holder ? Reflect.get(value, part) : undefined;
  }, root);
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
