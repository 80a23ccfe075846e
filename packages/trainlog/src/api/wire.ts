/**
 * @file The small shapes that every part of the HTTP API is made of.
 *
 * Pattern of this folder: the interface is the documentation and the type that clients import (`import type`, no zod in their bundle); the schema
 * beside it is annotated with that interface, so the compiler refuses a schema that says something else. Request schemas are strict: a field that
 * the server does not know is refused by name, because dropping it in silence would lose data.
 */
import { z } from "zod";
import { isPlainObject, type JsonObject, type JsonValue } from "../run/json.ts";
import { MAX_KEY_LENGTH, MAX_RUN_ID_LENGTH } from "../run/limits.ts";

/** The numbers that JSON cannot say. `"-0"` is among them because `JSON.stringify(-0)` is `"0"`. */
export type NumberSentinel = "NaN" | "Infinity" | "-Infinity" | "-0";

/** A number exactly as it was logged. */
export type WireNumber = number | NumberSentinel;

/** The words for the numbers that JSON cannot say. */
export const NUMBER_SENTINELS: readonly NumberSentinel[] = ["NaN", "Infinity", "-Infinity", "-0"];

/** {@link WireNumber}. `1e999` in a body parses to Infinity and is taken as such. */
export const wireNumber: z.ZodType<WireNumber> = z
  .custom<WireNumber>(isWireNumber, { error: 'expected a number or "NaN", "Infinity", "-Infinity", "-0"' })
  .meta({
    description: 'A number, or "NaN", "Infinity", "-Infinity", "-0"',
    jsonSchema: { anyOf: [{ type: "number" }, { enum: NUMBER_SENTINELS }] },
  });

/**
 * A JSON object of any shape. It is passed through as parsed, not copied key by key, so that a key such as `__proto__` survives and depth costs nothing.
 *
 * Inside free JSON a number that JSON cannot say is `{"$float": "NaN"}` (likewise `Infinity`, `-Infinity`, `-0`); an object that itself has a key
 * `$float` is written `{"$float": {…}}`.
 */
export const jsonObject: z.ZodType<JsonObject> = z
  .custom<JsonObject>(isPlainObject, { error: "expected a JSON object" })
  .meta({ description: "A JSON object of any shape", jsonSchema: { type: "object" } });

/** Any JSON value; see {@link jsonObject}. */
export const jsonValue: z.ZodType<JsonValue> = z
  .custom<JsonValue>((value) => value !== undefined, { error: "expected a JSON value" })
  .meta({ description: "Any JSON value", jsonSchema: {} });

/** A run id: it is a folder name. */
export const runId: z.ZodType<string> = z
  .string()
  .min(1)
  .max(MAX_RUN_ID_LENGTH)
  .regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/, {
    error: `expected 1 to ${MAX_RUN_ID_LENGTH} of A-Z a-z 0-9 _ . - (not starting with . or -)`,
  });

/** A metric, config or media key: any non-empty well-formed text. */
export const key: z.ZodType<string> = wellFormed(MAX_KEY_LENGTH, 1);

/** A project or run name, a tag, a group: data, never a path. */
export const name: z.ZodType<string> = wellFormed(MAX_KEY_LENGTH, 1);

/** Longer text for people, such as notes or a stack. */
export const text: z.ZodType<string> = wellFormed(1_048_576, 0);

/** Milliseconds since 1970; may have a fraction. */
export const wallMs: z.ZodType<number> = z.number().meta({ description: "Milliseconds since 1970" });

/** A step: a whole number of magnitude below 2^53. */
export const step: z.ZodType<number> = z.int();

/** A count or an index: a whole number, 0 or more. */
export const count: z.ZodType<number> = z.int().min(0);

/** SHA-256 of the content, 64 lower-case hexadecimal digits. */
export const sha256: z.ZodType<string> = z.string().regex(/^[0-9a-f]{64}$/, {
  error: "expected a SHA-256 as 64 lower-case hexadecimal digits",
});

/** Says whether a value is a {@link WireNumber}. */
export function isWireNumber(value: unknown): value is WireNumber {
  return typeof value === "number" || NUMBER_SENTINELS.some((sentinel) => sentinel === value);
}

/** Reads a {@link WireNumber} back into a number. */
export function fromWireNumber(value: WireNumber): number {
  return typeof value === "number" ? value : Number(value);
}

/** Writes a number as a {@link WireNumber}: finite ones as they are, the others by name. */
export function toWireNumber(value: number): WireNumber {
  if (Number.isFinite(value)) return Object.is(value, -0) ? "-0" : value;
  if (value > 0) return "Infinity";
  return value < 0 ? "-Infinity" : "NaN";
}

/** Lone surrogates are refused, because they would come back from UTF-8 as another text. */
function wellFormed(maxLength: number, minLength: number): z.ZodType<string> {
  return z
    .string()
    .min(minLength)
    .max(maxLength)
    .refine((value) => value.isWellFormed(), { error: "expected well-formed Unicode without lone surrogates" });
}
