/** @file The one shape of every error answer: RFC 9457 problem details. */
import { z } from "zod";

/** Media type of error answers. */
export const PROBLEM_TYPE = "application/problem+json";

/** One field of a request that was not as expected. */
export interface FieldProblem {
  /** Where, for example `series[2].key` or `limit`; empty for the body as a whole. */
  readonly field: string;
  /** What was expected and what was given. */
  readonly message: string;
}

/** An error, for programs (`code`, stable across versions) and for people (`detail`). */
export interface Problem {
  /** `about:blank`, or an address that explains the code. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** `"area/what"`, as in TrainlogError. */
  readonly code: string;
  /** The fields in question, when the request itself was wrong. */
  readonly fields?: readonly FieldProblem[];
}

/** {@link Problem}. */
export const problem: z.ZodType<Problem> = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
  fields: z.array(z.object({ field: z.string(), message: z.string() })).exactOptional(),
});
