import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyText } from "../../test/support/arbitrary-log.ts";
import { artifact, lowerArtifact, lowerNotes, type NoteContents, parseNotes, runMeta } from "./notes.ts";

const without = (...parts: string[]): fc.Arbitrary<string> =>
  anyText.filter((text) => !parts.some((part) => text.includes(part)));
const anyPath = without(" kind=", " desc=");
const anyFreeNote = anyText.filter((note) => !/^(run_name|run_id|group|tags|config\..*|artifact\..*)=/s.test(note));

/** Metadata that notes can carry without ambiguity: the domain that notes.ts states. */
const anyContents: fc.Arbitrary<NoteContents> = fc.record({
  run: fc.record({
    project: anyText,
    name: anyText,
    runId: anyText,
    group: anyText,
    tags: fc.array(without(","), { maxLength: 3 }),
    config: fc.array(fc.record({ key: without("="), value: anyText }), { maxLength: 3 }),
  }),
  notes: fc.array(anyFreeNote, { maxLength: 3 }),
  artifacts: fc.array(fc.record({ name: without("="), path: anyPath, kind: without(" desc="), description: anyText }), {
    maxLength: 3,
  }),
});

/** Notes made of the pieces that the parser looks for, in any order. */
const anyNoteLike = fc
  .array(
    fc.constantFrom(
      "project",
      "run_name",
      "run_id",
      "group",
      "tags",
      "config.k",
      "config.",
      "artifact.a",
      "=",
      " kind=",
      " desc=",
      "x",
      ",",
      "\n",
    ),
    { maxLength: 6 },
  )
  .map((pieces) => pieces.join(""));

describe("notes", () => {
  it("give metadata back, wherever notes.ts says that it is exact", () => {
    fc.assert(
      fc.property(anyContents, (contents) => {
        expect(parseNotes(lowerNotes(contents))).toEqual(contents);
      }),
      { numRuns: 500 },
    );
  });

  it("lose no text: what was parsed lowers to the same notes", () => {
    fc.assert(
      fc.property(anyText, fc.array(anyNoteLike, { maxLength: 8 }), (project, rest) => {
        const notes = [`project=${project}`, ...rest];
        expect(lowerNotes(parseNotes(notes))).toEqual(notes);
      }),
      { numRuns: 1000 },
    );
  });

  it("split config at the first = only", () => {
    expect(parseNotes(["project=p", "config.cmd=a=b c"]).run.config).toEqual([{ key: "cmd", value: "a=b c" }]);
  });

  it("give free notes when nothing is metadata", () => {
    expect(parseNotes(["hello", "lr = 3"])).toEqual({
      run: runMeta({ project: "" }),
      notes: ["hello", "lr = 3"],
      artifacts: [],
    });
    expect(parseNotes([])).toEqual({ run: runMeta({ project: "" }), notes: [], artifacts: [] });
  });

  it("keep __proto__ as a config key, and repeated keys", () => {
    const run = runMeta({ config: ["1", "2"].map((value) => ({ key: "__proto__", value })) });
    expect(parseNotes(lowerNotes({ run, notes: [], artifacts: [] })).run.config).toEqual(run.config);
  });

  it.each([
    [
      "a tag with a comma is two tags",
      { run: runMeta({ tags: ["a,b"] }), notes: [], artifacts: [] },
      { run: runMeta({ tags: ["a", "b"] }) },
    ],
    [
      "a config key with = ends there",
      { run: runMeta({ config: [{ key: "a=b", value: "c" }] }), notes: [], artifacts: [] },
      { run: runMeta({ config: [{ key: "a", value: "b=c" }] }) },
    ],
    [
      "a first free note that looks like config is config",
      { run: runMeta(), notes: ["config.a=b", "x"], artifacts: [] },
      { run: runMeta({ config: [{ key: "a", value: "b" }] }), notes: ["x"] },
    ],
    [
      "a path that looks like it has a kind is cut there",
      { run: runMeta(), notes: [], artifacts: [artifact({ name: "a", path: "p kind=q", kind: "model" })] },
      { artifacts: [artifact({ name: "a", path: "p", kind: "q kind=model" })] },
    ],
  ])("are ambiguous where stated: %s", (_, contents, read) => {
    expect(parseNotes(lowerNotes(contents))).toMatchObject(read);
  });

  it("parse a hostile artifact note in linear time", () => {
    const note = `artifact.a=${" kind= desc=".repeat(20_000)}`;
    const parsed = parseNotes(["project=p", note]);
    expect(lowerArtifact(parsed.artifacts[0]!)).toBe(note);
  }, 5_000);
});
