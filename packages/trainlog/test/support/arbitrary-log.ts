/** @file Arbitrary logs for property tests. */
import fc from "fast-check";
import type { Series, TrainLog } from "../../src/log/train-log.ts";

/** Natural numbers up to the largest that float64 counts. */
export const anyStep: fc.Arbitrary<number> = fc.oneof(fc.nat(1000), fc.maxSafeNat());

/** Any float64 except −0, which the format cannot tell from 0. */
const anyValue: fc.Arbitrary<number> = fc.double().map((value) => (value === 0 ? 0 : value));

/** Any text that survives UTF-8, with the characters that matter to the formats made likely. */
export const anyText: fc.Arbitrary<string> = fc.string({
  unit: fc.oneof(
    { weight: 3, arbitrary: fc.string({ unit: "grapheme", minLength: 1, maxLength: 1 }) },
    fc.constantFrom("=", ",", " ", "\n", '"'),
  ),
  maxLength: 12,
});

const anySeries: fc.Arbitrary<Series> = fc.record({
  name: anyText,
  values: fc.array(anyValue, { maxLength: 20 }),
  color: anyText,
});

/** Any log, malformed ones (lengths that differ) included. */
export const anyTrainLog: fc.Arbitrary<TrainLog> = fc.record({
  title: anyText,
  steps: fc.array(anyStep, { maxLength: 20 }),
  series: fc.array(anySeries, { maxLength: 4 }),
  notes: fc.array(anyText, { maxLength: 4 }),
});
