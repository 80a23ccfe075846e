import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type FsOperation, failingFs } from "../../../test/support/run-log/failing-fs.ts";
import { batchAt, IDENTITY, TestFolder } from "../../../test/support/run-log/test-folder.ts";
import type { RunEvent } from "../../run/event.ts";
import { decodeBatch, encodeBatch } from "../codec/batch.ts";
import { encodeFrame, encodeSegmentHeader, SEGMENT_HEADER_BYTES, scanFrames } from "../codec/frame.ts";
import { KeyDictionary } from "../codec/key-dictionary.ts";
import { nodeFs } from "../file-system.ts";
import { sealRun } from "../seal/index.ts";
import { RunLogWriter } from "../write/run-log-writer.ts";
import { repairRun } from "./repair-run.ts";
import { verifyRun } from "./verify-run.ts";

const SEGMENT = "000001.log";

const START: RunEvent = { type: "start", runId: IDENTITY.runId, project: "p", wallMs: IDENTITY.createdMs };

function makeRun(steps: readonly number[]): TestFolder {
  const folder = new TestFolder();
  using writer = RunLogWriter.open(folder.dir, IDENTITY);
  writer.append([START]);
  for (const step of steps) writer.append(batchAt(step), { origin: { writerId: "w", seq: step } });
  return folder;
}

/** Every event that can be read, by the codec alone. */
function eventsOf(bytes: Uint8Array): RunEvent[] {
  const dictionary = new KeyDictionary();
  return [...scanFrames(bytes, { start: SEGMENT_HEADER_BYTES })].flatMap((item) =>
    item.kind === "frame" ? decodeBatch(item.payload, dictionary).events : [],
  );
}

describe("verifyRun", () => {
  it("finds nothing wrong with a whole run and counts what it holds", () => {
    using folder = makeRun([1, 2, 3]);
    expect(verifyRun(folder.dir)).toMatchObject({ runId: "r1", damage: [], notes: [], valueCount: 9, eventCount: 1 });
  });

  it("names every flipped bit, and no other frame changes or is lost", () => {
    using folder = makeRun([1, 2, 3]);
    const path = folder.path(SEGMENT);
    const bytes = readFileSync(path);
    const whole = eventsOf(bytes);
    for (let at = 0; at < bytes.length; at++) {
      const flipped = Uint8Array.from(bytes);
      flipped[at]! ^= 1 << (at & 7);
      writeFileSync(path, flipped);
      const { damage } = verifyRun(folder.dir);
      const found = damage.find(({ offset, endOffset }) => offset <= at && at < endOffset);
      expect(found).toMatchObject({ file: SEGMENT, message: expect.stringContaining(SEGMENT) });
      // The frame that states the keys takes the names of the others along; else one frame is lost, and all that is read was written.
      const events = eventsOf(flipped);
      expect(events.length).toBeGreaterThanOrEqual(whole.length - 1);
      if (damage.some(({ kind }) => kind === "lost-keys")) continue;
      for (const event of events) expect(whole).toContainEqual(event);
    }
  });

  it("names a torn tail at every truncation length, unless somebody is writing it", () => {
    using folder = makeRun([1, 2]);
    const bytes = readFileSync(folder.path(SEGMENT));
    const ends = [...scanFrames(bytes, { start: SEGMENT_HEADER_BYTES })].map(({ end }) => end);
    for (let length = 0; length < bytes.length; length++) {
      writeFileSync(folder.path(SEGMENT), bytes.subarray(0, length));
      const isWhole = length === SEGMENT_HEADER_BYTES || ends.includes(length);
      expect(verifyRun(folder.dir).damage.map(({ kind }) => kind)).toEqual(isWhole ? [] : ["torn-tail"]);
    }
    writeFileSync(folder.path(SEGMENT), bytes);
    using writer = RunLogWriter.open(folder.dir, IDENTITY);
    writer.append(batchAt(3));
    writeFileSync(folder.path(SEGMENT), readFileSync(folder.path(SEGMENT)).subarray(0, -1));
    expect(verifyRun(folder.dir)).toMatchObject({ damage: [], notes: [expect.stringMatching(/being written/)] });
  });

  it("names what the checksums cannot see: unknown frames, payloads without meaning, lost keys, another run's events", () => {
    using folder = makeRun([]);
    const dictionary = new KeyDictionary();
    encodeBatch(batchAt(0), dictionary);
    const parts = [
      encodeSegmentHeader("open", 1),
      encodeFrame(200, Uint8Array.of(1)),
      encodeFrame(1, Uint8Array.of(0, 99, 0)),
      encodeBatch(batchAt(1), dictionary),
      encodeBatch([{ ...START, runId: "other" }], dictionary),
    ];
    writeFileSync(folder.path(SEGMENT), Buffer.concat(parts));
    expect(verifyRun(folder.dir).damage).toMatchObject([
      { kind: "unknown-frame", offset: 32, endOffset: 45, message: expect.stringMatching(/type 200/) },
      { kind: "bad-batch", message: expect.stringMatching(/unknown record kind 99/) },
      { kind: "lost-keys", lostValues: 3 },
      { kind: "foreign-run", message: expect.stringMatching(/"other".*"r1"/) },
    ]);
    writeFileSync(folder.path(SEGMENT), encodeSegmentHeader("open", 2));
    expect(verifyRun(folder.dir).damage).toMatchObject([
      { kind: "bad-header", message: expect.stringMatching(/number 2/) },
    ]);
  });

  it("names a folder that is not there, and a run.json that is missing, broken or another run's", () => {
    using folder = makeRun([1]);
    expect(() => verifyRun(`${folder.dir}-not`)).toThrow(
      expect.objectContaining({ code: "run/not-found", status: 404 }),
    );
    for (const text of ["{", '{"runId":"x","project":"p","createdMs":1}', undefined]) {
      if (text === undefined) rmSync(folder.path("run.json"));
      else writeFileSync(folder.path("run.json"), text);
      expect(verifyRun(folder.dir).damage).toMatchObject([{ kind: "bad-identity", file: "run.json" }]);
    }
  });

  it("reads sealed files too, names what is flipped in them, and repair leaves them as they are", () => {
    using folder = makeRun([1, 2, 3]);
    sealRun(folder.dir);
    const name = readdirSync(folder.dir).find((file) => file.endsWith(".sealed"))!;
    expect(verifyRun(folder.dir)).toMatchObject({ damage: [], notes: [] });
    const bytes = readFileSync(folder.path(name));
    for (let at = 0; at < bytes.length; at += 7) {
      const flipped = Buffer.from(bytes);
      flipped[at]! ^= 1 << (at & 7);
      writeFileSync(folder.path(name), flipped);
      const { damage } = verifyRun(folder.dir);
      expect(damage.some(({ file, offset, endOffset }) => file === name && offset <= at && at < endOffset)).toBe(true);
      expect(repairRun(folder.dir)).toMatchObject({ repaired: [], unrepaired: damage });
      expect(readFileSync(folder.path(name))).toEqual(flipped);
    }
  });

  it("takes a damaged sidecar for a note: it can be made again", () => {
    using folder = makeRun([1]);
    writeFileSync(folder.path("000001.index"), "nonsense");
    expect(verifyRun(folder.dir)).toMatchObject({
      damage: [],
      notes: [expect.stringMatching(/000001\.index.*made again/)],
    });
  });
});

describe("repairRun", () => {
  it("leaves an undamaged run untouched", () => {
    using folder = makeRun([1, 2]);
    const before = readdirSync(folder.dir);
    expect(repairRun(folder.dir)).toMatchObject({ damage: [], repaired: [], unrepaired: [] });
    expect(readdirSync(folder.dir)).toEqual(before);
  });

  it("saves every whole frame wherever a byte is damaged, keeps the original, and then all is well", () => {
    using folder = makeRun([1, 2, 3]);
    const bytes = readFileSync(folder.path(SEGMENT));
    const whole = eventsOf(bytes);
    for (let at = 0; at < bytes.length; at += 3) {
      rmSync(folder.path("damaged"), { recursive: true, force: true });
      const flipped = Buffer.from(bytes);
      flipped[at]! ^= 1 << (at & 7);
      writeFileSync(folder.path(SEGMENT), flipped);
      const { repaired, unrepaired } = repairRun(folder.dir);
      expect(unrepaired).toEqual([]);
      expect(repaired).toHaveLength(1);
      expect(readFileSync(folder.path(repaired[0]!.original!))).toEqual(flipped);
      expect(verifyRun(folder.dir)).toMatchObject({ damage: [], notes: [] });
      const saved = eventsOf(readFileSync(folder.path(SEGMENT)));
      expect(saved.length).toBeGreaterThanOrEqual(at < SEGMENT_HEADER_BYTES ? whole.length : whole.length - 1);
      if (repaired[0]!.lostValues === 0) for (const event of saved) expect(whole).toContainEqual(event);
    }
    using writer = RunLogWriter.open(folder.dir, IDENTITY);
    expect(writer.lastSeq("w")).toBe(2);
  });

  it("gives values their names back from a later statement of the keys", () => {
    using folder = makeRun(Array.from({ length: 200 }, (_, i) => i));
    const bytes = readFileSync(folder.path(SEGMENT));
    const frames = [...scanFrames(bytes, { start: SEGMENT_HEADER_BYTES })];
    // The first row states the keys; behind it they are stated again after some kilobytes.
    bytes[frames[1]!.offset + 20]! ^= 1;
    writeFileSync(folder.path(SEGMENT), bytes);
    expect(verifyRun(folder.dir).damage.some(({ kind }) => kind === "lost-keys")).toBe(true);
    expect(repairRun(folder.dir).repaired).toMatchObject([
      { savedBatches: 200, savedValues: 199 * 3, savedEvents: 1, lostValues: 0 },
    ]);
    expect(verifyRun(folder.dir)).toMatchObject({ damage: [], valueCount: 199 * 3 });
  });

  it("says what it would do and does nothing, when asked so", () => {
    using folder = makeRun([1, 2]);
    const bytes = readFileSync(folder.path(SEGMENT));
    bytes[100]! ^= 1;
    writeFileSync(folder.path(SEGMENT), bytes);
    const before = readdirSync(folder.dir);
    expect(repairRun(folder.dir, { dryRun: true })).toMatchObject({
      dryRun: true,
      repaired: [{ name: SEGMENT, original: undefined }],
    });
    expect(readdirSync(folder.dir)).toEqual(before);
    expect(readFileSync(folder.path(SEGMENT))).toEqual(bytes);
  });

  it("writes run.json again from the start event", () => {
    using folder = makeRun([1]);
    const text = readFileSync(folder.path("run.json"), "utf8");
    for (const broken of ["{", undefined]) {
      if (broken === undefined) rmSync(folder.path("run.json"));
      else writeFileSync(folder.path("run.json"), broken);
      expect(repairRun(folder.dir).repaired).toMatchObject([{ name: "run.json" }]);
      expect(readFileSync(folder.path("run.json"), "utf8")).toBe(text);
    }
  });

  it("leaves what no rewriting makes better, and names it", () => {
    using folder = makeRun([1]);
    const bytes = Buffer.concat([readFileSync(folder.path(SEGMENT)), encodeFrame(200, Uint8Array.of(1))]);
    writeFileSync(folder.path(SEGMENT), bytes);
    expect(repairRun(folder.dir)).toMatchObject({ repaired: [], unrepaired: [{ kind: "unknown-frame" }] });
    expect(readFileSync(folder.path(SEGMENT))).toEqual(bytes);
  });

  it("refuses to touch a damaged run that is being written", () => {
    using folder = makeRun([1]);
    using _writer = RunLogWriter.open(folder.dir, IDENTITY);
    expect(repairRun(folder.dir)).toMatchObject({ damage: [] });
    const bytes = readFileSync(folder.path(SEGMENT));
    bytes[SEGMENT_HEADER_BYTES]! ^= 1;
    writeFileSync(folder.path(SEGMENT), bytes);
    expect(() => repairRun(folder.dir)).toThrow(expect.objectContaining({ code: "run/locked" }));
  });

  it("loses nothing when any call to the file system fails on the way", () => {
    const damageRun = (): { folder: TestFolder; bytes: Buffer } => {
      const folder = makeRun([1, 2]);
      const bytes = readFileSync(folder.path(SEGMENT));
      bytes[bytes.length - 10]! ^= 1;
      writeFileSync(folder.path(SEGMENT), bytes);
      return { folder, bytes };
    };
    const calls: FsOperation[] = [];
    {
      const { folder } = damageRun();
      repairRun(folder.dir, { fs: failingFs(nodeFs, { fails: () => undefined }, calls) });
      folder[Symbol.dispose]();
    }
    for (let failAt = 0; failAt < calls.length; failAt++) {
      const { folder, bytes } = damageRun();
      try {
        repairRun(folder.dir, {
          fs: failingFs(nodeFs, { fails: (_, i) => (i === failAt ? "EIO" : undefined), shortWrite: true }),
        });
      } catch (error) {
        expect(error).toMatchObject({ code: "store/io" });
      }
      expect(folder.steps()).toEqual([1]);
      const kept = existsSync(folder.path("damaged"))
        ? readdirSync(folder.path("damaged"), { recursive: true }).map(String)
        : [];
      const originals = [SEGMENT, ...kept.filter((name) => name.endsWith(".log")).map((name) => `damaged/${name}`)];
      expect(originals.some((name) => readFileSync(folder.path(name)).equals(bytes))).toBe(true);
      rmSync(folder.path("writer.lock"), { force: true });
      repairRun(folder.dir);
      expect(verifyRun(folder.dir).damage).toEqual([]);
      folder[Symbol.dispose]();
    }
  });
});
