import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { encodeFrame, encodeSegmentHeader, SEGMENT_HEADER_BYTES } from "../../run-log/codec/frame.ts";
import { replayWal } from "./replay.ts";
import { walPath } from "./wal-file.ts";
import { encodeWalRecord, type WalRecord } from "./wal-record.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "trainlog-wal-"));
  mkdirSync(join(dir, "wal"));
  mkdirSync(join(dir, "runs"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const frames = ["first", "second", "the third one"].map((text) => encodeFrame(1, Buffer.from(text)));
const whole = Buffer.concat([encodeSegmentHeader("open", 1), ...frames]);
const segment = (run = "r"): string => join(dir, "runs", run, "000001.log");

function records(runId = "r"): WalRecord[] {
  let offset = SEGMENT_HEADER_BYTES;
  const appends = frames.map((bytes): WalRecord => {
    const record: WalRecord = { type: "append", runId, segment: 1, offset, bytes };
    offset += bytes.length;
    return record;
  });
  return [{ type: "run", runId, project: "p", createdMs: 5 }, ...appends];
}

function walBytes(list: readonly WalRecord[]): Buffer {
  return Buffer.concat([encodeSegmentHeader("wal", 1), ...list.flatMap(encodeWalRecord)]);
}

const writeWal = (bytes: Uint8Array, sequence = 1): void => writeFileSync(walPath(join(dir, "wal"), sequence), bytes);
const replay = (options = {}): ReturnType<typeof replayWal> => replayWal(join(dir, "wal"), join(dir, "runs"), options);

function writeRun(bytes: Uint8Array): void {
  mkdirSync(join(dir, "runs", "r"), { recursive: true });
  writeFileSync(join(dir, "runs", "r", "run.json"), "{}");
  writeFileSync(segment(), bytes);
}

describe("replayWal", () => {
  it("makes the run and its segment from nothing, and changes nothing the second time", async () => {
    writeWal(walBytes(records()));
    const first = await replay();
    expect(first.notes).toEqual([]);
    expect(first.writtenCount).toBe(4);
    expect(readFileSync(segment())).toEqual(whole);
    expect(JSON.parse(readFileSync(join(dir, "runs", "r", "run.json"), "utf8"))).toMatchObject({
      runId: "r",
      project: "p",
    });
    const second = await replay();
    expect(second).toMatchObject({ writtenCount: 0, notes: [] });
    expect(readFileSync(segment())).toEqual(whole);
  });

  it("completes a run log that was cut at any byte, or zeroed from any byte on", async () => {
    writeWal(walBytes(records()));
    for (let length = 0; length <= whole.length; length++) {
      for (const lost of [
        whole.subarray(0, length),
        Buffer.concat([whole.subarray(0, length), Buffer.alloc(whole.length - length)]),
      ]) {
        writeRun(lost);
        expect((await replay()).notes).toEqual([]);
        expect(readFileSync(segment()).equals(whole)).toBe(true);
      }
    }
  });

  it("keeps a prefix of the records when the log itself is cut at any byte", async () => {
    const bytes = walBytes(records());
    for (let length = 0; length <= bytes.length; length++) {
      rmSync(join(dir, "runs", "r"), { recursive: true, force: true });
      writeWal(bytes.subarray(0, length));
      await replay();
      const got = existsSync(segment()) ? readFileSync(segment()) : Buffer.alloc(0);
      expect(whole.subarray(0, got.length).equals(got)).toBe(true);
      const ends = records().map((record) => (record.type === "append" ? record.offset + record.bytes.length : 0));
      expect([0, ...ends]).toContain(got.length);
    }
  });

  it("survives a flipped bit at every byte: names it, and never writes a wrong byte", async () => {
    const bytes = walBytes(records());
    for (let at = 0; at < bytes.length; at++) {
      rmSync(join(dir, "runs"), { recursive: true, force: true });
      mkdirSync(join(dir, "runs"));
      const broken = Buffer.from(bytes);
      broken[at]! ^= 1 << (at % 8);
      writeWal(broken);
      const newer = at === 10 || at === 11;
      const report = await replay().catch((error: unknown) => error);
      if (report instanceof Error) {
        expect(newer).toBe(true);
        continue;
      }
      expect((report as { notes: string[] }).notes.length).toBeGreaterThan(0);
      const got = existsSync(segment()) ? readFileSync(segment()) : Buffer.alloc(0);
      expect(whole.subarray(0, got.length).equals(got)).toBe(true);
    }
  });

  it("sets aside a record that lies beyond the end of the run log", async () => {
    const [run, , second] = records();
    writeWal(walBytes([run!, second!]));
    const report = await replay();
    expect(report.notes.join()).toMatch(/lies beyond the end of the segment/);
    expect(readdirSync(join(dir, "wal", "damaged"))).toHaveLength(1);
  });

  it("never overwrites a whole batch that another writer put there since", async () => {
    const other = Buffer.concat([encodeSegmentHeader("open", 1), encodeFrame(1, Buffer.from("somebody else's batch"))]);
    writeRun(other);
    writeWal(walBytes(records()));
    const report = await replay();
    expect(report.notes.join()).toMatch(/would overwrite another batch/);
    expect(readFileSync(segment()).subarray(0, other.length).equals(other)).toBe(true);
  });

  it("leaves runs alone that were settled, deleted or sealed since", async () => {
    writeWal(walBytes([...records("gone"), { type: "settled", runId: "gone" }, ...records("sealed")]));
    mkdirSync(join(dir, "runs", "sealed"));
    writeFileSync(join(dir, "runs", "sealed", "run.json"), "{}");
    writeFileSync(join(dir, "runs", "sealed", "000001.sealed"), "");
    const report = await replay();
    expect(report).toMatchObject({ writtenCount: 0, notes: [] });
    expect(existsSync(join(dir, "runs", "gone"))).toBe(false);
    expect(readdirSync(join(dir, "runs", "sealed")).sort()).toEqual(["000001.sealed", "run.json"]);
  });

  it("reads files in order and stops below the number asked for", async () => {
    const all = records();
    writeWal(walBytes(all.slice(0, 2)));
    writeWal(walBytes(all.slice(2)), 2);
    expect((await replay({ below: 2 })).sequences).toEqual([1]);
    truncateSync(segment(), SEGMENT_HEADER_BYTES);
    expect((await replay()).sequences).toEqual([1, 2]);
    expect(readFileSync(segment())).toEqual(whole);
  });
});
