import { expect, it } from "vitest";
import { HUES, ownHue } from "./run-colour.ts";
import { type HueMemory, RunHues } from "./run-hues.ts";

function memoryOf(text?: string): HueMemory & { text: string | undefined } {
  return {
    text,
    read() {
      return this.text;
    },
    write(written) {
      this.text = written;
    },
  };
}

/** Ids of runs of one second apart. */
const ids = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `20261121-0155${String(i).padStart(3, "0")}-${(i * 7919).toString(36)}`);

it("gives runs near each other hues of their own, and the first one the hue of its id", () => {
  const hues = new RunHues(memoryOf());
  const runs = ids(100);
  hues.learn(runs);
  expect(hues.of(runs[0]!)).toBe(ownHue(runs[0]!));
  const given = runs.map(hues.of);
  for (let at = 0; at + HUES <= given.length; at++) expect(new Set(given.slice(at, at + HUES)).size).toBe(HUES);
});

it("never changes a hue, whatever comes later and between", () => {
  const hues = new RunHues(memoryOf());
  const runs = ids(60);
  const every = (n: number): string[] => runs.filter((_, i) => i % n === 0);
  const [few, more] = [every(6), every(2)];
  const first = few.map(hues.of);
  const second = more.map(hues.of);
  hues.learn(runs);
  expect(few.map(hues.of)).toEqual(first);
  expect(more.map(hues.of)).toEqual(second);
});

it("gives a run between others a hue that none beside it has", () => {
  const hues = new RunHues(memoryOf());
  const runs = ids(9);
  hues.learn(runs.filter((_, i) => i !== 4));
  hues.learn(runs);
  const beside = [runs[3], runs[5]].map((runId) => hues.of(runId!));
  expect(beside).not.toContain(hues.of(runs[4]!));
});

it("tells runs of one view apart that were never seen in a list", () => {
  const styles = new RunHues(memoryOf()).stylesOf(ids(2 * HUES));
  const looks = [...styles.values()].map(({ hue, dash }) => `${hue}:${dash}`);
  expect(new Set(looks).size).toBe(2 * HUES);
  expect([...styles.values()].filter(({ dash }) => dash === 0)).toHaveLength(HUES);
});

it("remembers from one visit to the next, the last ones that were seen", () => {
  const memory = memoryOf();
  const runs = ids(30);
  const before = runs.map(new RunHues(memory).of);
  expect(runs.map(new RunHues(memory).of)).toEqual(before);
  new RunHues(memory).learn(Array.from({ length: 3000 }, (_, i) => `30000101-${i + 10_000}`));
  const remembered = Object.keys(JSON.parse(memory.text ?? ""));
  expect(remembered.length).toBe(2000);
  expect(remembered.at(-1)).toBe("30000101-12999");
});

it.each(["", "no json", "null", '{"a":99,"b":"x"}'])("begins anew where %j is remembered", (text) => {
  expect(new RunHues(memoryOf(text)).of("a")).toBe(ownHue("a"));
});
