import { appendFileSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type FsOperation, failingFs } from "../../../test/support/run-log/failing-fs.ts";
import { batchAt, IDENTITY, TestFolder } from "../../../test/support/run-log/test-folder.ts";
import { isTrainlogError } from "../../run/error.ts";
import { appendOrigins } from "../codec/batch.ts";
import { ByteWriter } from "../codec/byte-writer.ts";
import { crc32c } from "../codec/crc32c.ts";
import { encodeFrame, encodeSegmentHeader, FRAME_FOOTER, SEGMENT_HEADER_BYTES } from "../codec/frame.ts";
import { nodeFs } from "../file-system.ts";
import { RunLogWriter, type RunLogWriterOptions } from "./run-log-writer.ts";

function open(folder: TestFolder, options?: RunLogWriterOptions): RunLogWriter {
  return RunLogWriter.open(folder.dir, IDENTITY, options);
}

function write(folder: TestFolder, steps: readonly number[], options?: RunLogWriterOptions): void {
  using writer = open(folder, options);
  for (const step of steps) writer.append(batchAt(step));
}

describe("RunLogWriter", () => {
  it("writes run.json first, and goes on where it stopped in the same segment", () => {
    using folder = new TestFolder();
    write(folder, [1, 2]);
    write(folder, [3]);
    expect(JSON.parse(readFileSync(folder.path("run.json"), "utf8"))).toEqual({
      format: "trainlog-run",
      version: 1,
      ...IDENTITY,
    });
    expect(folder.segments).toEqual(["000001.log"]);
    expect(folder.steps()).toEqual([1, 2, 3]);
  });

  it("says where each batch lies, so that the bytes can be written again", () => {
    using folder = new TestFolder();
    using writer = open(folder);
    for (const step of [1, 2]) {
      const written = writer.append(batchAt(step));
      if (written.duplicate) throw new Error("no origin was given");
      const file = readFileSync(folder.path("000001.log"));
      expect(written.segment).toBe(1);
      expect(file.subarray(written.offset)).toEqual(Buffer.from(written.frame));
      if (step === 1) expect(written.offset).toBe(SEGMENT_HEADER_BYTES);
    }
  });

  it("begins a new segment when one is full, each readable alone, contiguous from its header", () => {
    using folder = new TestFolder();
    using writer = open(folder, { segmentBytes: 300 });
    const ends = new Map<number, number>();
    for (let step = 0; step < 20; step++) {
      const written = writer.append(batchAt(step), { origin: { writerId: "w", seq: step } });
      if (written.duplicate) throw new Error("every seq is new");
      expect(written.offset).toBe(ends.get(written.segment) ?? SEGMENT_HEADER_BYTES);
      ends.set(written.segment, written.offset + written.frame.length);
    }
    expect(folder.segments.length).toBeGreaterThan(3);
    expect(folder.steps()).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  it("ignores a batch of an origin that was seen, also after reopening and in a later segment", () => {
    using folder = new TestFolder();
    const origin = (seq: number): { origin: { writerId: string; seq: number } } => ({ origin: { writerId: "w", seq } });
    for (let step = 0; step < 12; step++) {
      using writer = open(folder, { segmentBytes: 200 });
      expect(writer.lastSeq("w")).toBe(step - 1);
      expect(writer.lastSeq("other")).toBe(-1);
      expect(writer.append(batchAt(step), origin(step)).duplicate).toBe(false);
      expect(writer.append(batchAt(step), origin(step)).duplicate).toBe(true);
      if (step > 0) expect(writer.append(batchAt(0), origin(0)).duplicate).toBe(true);
    }
    expect(folder.steps()).toEqual(Array.from({ length: 12 }, (_, i) => i));
  });

  it("goes on behind a sealed file, with the origins that its first frame says", () => {
    using folder = new TestFolder();
    write(folder, [1]);
    rmSync(folder.path("000001.log"));
    const sealed = new ByteWriter();
    sealed.raw(encodeSegmentHeader("sealed", 7));
    appendOrigins(sealed, new Map([["w", 41]]));
    sealed.raw(encodeFrame(FRAME_FOOTER, new Uint8Array(100)));
    writeFileSync(folder.path("000007.sealed"), sealed.bytes.subarray(0, sealed.length));
    for (const seq of [42, 43]) {
      using writer = open(folder);
      expect(writer.recovery.notes).toEqual([]);
      expect(writer.lastSeq("w")).toBe(seq - 1);
      expect(writer.append(batchAt(0), { origin: { writerId: "w", seq: 41 } })).toEqual({ duplicate: true });
      expect(writer.append(batchAt(seq), { origin: { writerId: "w", seq } })).toMatchObject({
        duplicate: false,
        segment: 8,
      });
    }
    expect(folder.steps()).toEqual([42, 43]);
  });

  it("states keys again, so that damage costs few names, at no more than a tenth of the bytes", () => {
    using folder = new TestFolder();
    write(
      folder,
      Array.from({ length: 2000 }, (_, i) => i),
    );
    const bytes = readFileSync(folder.path("000001.log"));
    const statements = bytes.toString("latin1").split("__proto__").length - 1;
    expect(statements).toBeGreaterThan(10);
    expect(statements * 40).toBeLessThan(bytes.length / 10);
  });

  it("keeps a second writer out, and stops when its own lock went to another process while it slept", () => {
    using folder = new TestFolder();
    let sleptMs = 0;
    using writer = open(folder, { now: () => Date.now() + sleptMs });
    writer.append(batchAt(1));
    expect(() => open(folder)).toThrow(expect.objectContaining({ code: "run/locked" }));
    sleptMs = 90_000;
    writer.append(batchAt(2));
    const other = { token: "other", pid: 1, hostname: "elsewhere", bootId: null, processStart: null, openedMs: 0 };
    writeFileSync(folder.path("writer.lock"), JSON.stringify(other));
    writer.append(batchAt(3));
    sleptMs = 180_000;
    expect(() => writer.append(batchAt(4))).toThrow(
      expect.objectContaining({ code: "run/locked", message: expect.stringMatching(/open the run again/) }),
    );
    expect(() => writer.heartbeat()).toThrow(expect.objectContaining({ code: "run/locked" }));
    expect(folder.steps()).toEqual([1, 2, 3]);
    writer.close();
    expect(JSON.parse(readFileSync(folder.path("writer.lock"), "utf8"))).toEqual(other);
  });

  it("refuses to be used after close, by name, and closes twice without harm", () => {
    using folder = new TestFolder();
    const writer = open(folder);
    writer.close();
    writer.close();
    expect(() => writer.append(batchAt(1))).toThrow(expect.objectContaining({ code: "run/closed" }));
    expect(() => writer.sync()).toThrow(expect.objectContaining({ code: "run/closed" }));
  });

  it("refuses another run's folder, one of a newer version, and one whose identity means nothing", () => {
    using folder = new TestFolder();
    mkdirSync(folder.dir);
    const cases: [string, string, RegExp][] = [
      ["run/bad-identity", JSON.stringify({ runId: "r2", project: "p", createdMs: 0 }), /belongs to run "r2"/],
      ["run/bad-identity", '{"runId":"r1","project":7}', /project: expected a text, got 7/],
      ["run/bad-identity", "{", /not JSON/],
      ["store/newer-format", '{"version":2}', /format version 2.*update trainlog/],
    ];
    for (const [code, text, message] of cases) {
      writeFileSync(folder.path("run.json"), text);
      expect(() => open(folder)).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
      expect(nodeFs.list(folder.dir)).toEqual(["run.json"]);
    }
  });

  it("refuses a segment of a newer version and gives the lock back", () => {
    using folder = new TestFolder();
    write(folder, [1]);
    const bytes = readFileSync(folder.path("000001.log"));
    bytes[10] = 2;
    bytes.writeUInt32LE(crc32c(bytes.subarray(0, 28)), 28);
    writeFileSync(folder.path("000001.log"), bytes);
    expect(() => open(folder)).toThrow(expect.objectContaining({ code: "store/newer-format" }));
    expect(new Set(nodeFs.list(folder.dir))).toEqual(new Set(["000001.log", "run.json"]));
  });
});

describe("recovery", () => {
  it("cuts the torn tail at every truncation length of the last frame and goes on", () => {
    using whole = new TestFolder();
    write(whole, [1, 2, 3]);
    const bytes = readFileSync(whole.path("000001.log"));
    using two = new TestFolder();
    write(two, [1, 2]);
    const end = readFileSync(two.path("000001.log")).length;
    for (let length = end; length < bytes.length; length++) {
      using folder = new TestFolder();
      write(folder, [1, 2, 3]);
      truncateSync(folder.path("000001.log"), length);
      using writer = open(folder);
      expect(writer.recovery.tornTail).toEqual(
        length === end ? undefined : { file: "000001.log", offset: end, cutBytes: length - end },
      );
      expect(writer.recovery.notes).toHaveLength(length === end ? 0 : 1);
      writer.append(batchAt(4));
      expect(folder.steps()).toEqual([1, 2, 4]);
      expect(folder.segments).toEqual(["000001.log"]);
    }
  });

  it("begins again at every truncation length of the header", () => {
    for (let length = 0; length < SEGMENT_HEADER_BYTES; length += 3) {
      using folder = new TestFolder();
      write(folder, [1]);
      truncateSync(folder.path("000001.log"), length);
      write(folder, [2]);
      expect(folder.steps()).toEqual([2]);
      expect(folder.segments).toEqual(["000001.log"]);
    }
  });

  it("cuts a tail of zeros, as ext4 leaves it after a power loss", () => {
    using folder = new TestFolder();
    write(folder, [1, 2]);
    const { length } = readFileSync(folder.path("000001.log"));
    appendFileSync(folder.path("000001.log"), new Uint8Array(5000));
    using writer = open(folder);
    expect(writer.recovery.tornTail).toEqual({ file: "000001.log", offset: length, cutBytes: 5000 });
    writer.append(batchAt(3));
    expect(folder.steps()).toEqual([1, 2, 3]);
  });

  it("keeps damage in the middle byte for byte, names it, and goes on in a new segment", () => {
    using folder = new TestFolder();
    write(folder, [1, 2, 3]);
    const bytes = readFileSync(folder.path("000001.log"));
    bytes[SEGMENT_HEADER_BYTES + 20]! ^= 1;
    writeFileSync(folder.path("000001.log"), bytes);
    {
      using writer = open(folder);
      expect(writer.recovery.damage).toMatchObject([{ file: "000001.log", offset: SEGMENT_HEADER_BYTES }]);
      expect(writer.recovery.notes[0]).toMatch(/000001\.log, bytes 32 to \d+: no whole frame/);
      writer.append(batchAt(4));
    }
    expect(readFileSync(folder.path("000001.log"))).toEqual(bytes);
    expect(folder.segments).toEqual(["000001.log", "000002.log"]);
    expect(folder.steps()).toEqual([2, 3, 4]);
    write(folder, [5]);
    expect(folder.segments).toEqual(["000001.log", "000002.log"]);
  });
});

describe("failures of the file system", () => {
  const steps = [1, 2, 3, 4, 5, 6];

  /** Opens, appends, syncs and closes with failures; returns the steps that were acknowledged. */
  function session(folder: TestFolder, fs: RunLogWriterOptions["fs"]): number[] {
    const acknowledged: number[] = [];
    let writer: RunLogWriter | undefined;
    for (const step of steps) {
      try {
        writer ??= open(folder, { ...(fs && { fs }), segmentBytes: 250 });
        writer.append(batchAt(step));
        acknowledged.push(step);
        if (step % 2 === 0) writer.sync();
      } catch (error) {
        expect(isTrainlogError(error)).toBe(true);
        expect(error).toMatchObject({ code: expect.stringMatching(/^store\/(io|disk-full)$/) });
      }
    }
    try {
      writer?.close();
    } catch (error) {
      expect(error).toMatchObject({ code: expect.stringMatching(/^store\/(io|disk-full)$/) });
    }
    return acknowledged;
  }

  it.each(["EIO", "ENOSPC"])("lose nothing that was acknowledged, whichever call fails with %s", (code) => {
    using clean = new TestFolder();
    const calls: FsOperation[] = [];
    expect(session(clean, failingFs(nodeFs, { fails: () => undefined }, calls))).toEqual(steps);
    for (let failAt = 0; failAt < calls.length; failAt++) {
      for (const shortWrite of [false, true]) {
        using folder = new TestFolder();
        const acknowledged = session(
          folder,
          failingFs(nodeFs, { fails: (_, i) => (i === failAt ? code : undefined), shortWrite }),
        );
        // At most the batch of the failing call is missing: the writer stays usable.
        expect(acknowledged.length).toBeGreaterThanOrEqual(steps.length - 1);
        expect(folder.steps()).toEqual(acknowledged);
        // Where removing the lock was what failed, it stays until the process ends.
        rmSync(folder.path("writer.lock"), { force: true });
        write(folder, [100]);
        expect(folder.steps()).toEqual([...acknowledged, 100]);
      }
    }
  });

  it("lose nothing that was acknowledged when everything fails from some call on and works again after reopening", () => {
    for (let failFrom = 0; failFrom < 40; failFrom++) {
      using folder = new TestFolder();
      const acknowledged = session(
        folder,
        failingFs(nodeFs, { fails: (_, i) => (i >= failFrom ? "EIO" : undefined), shortWrite: true }),
      );
      rmSync(folder.path("writer.lock"), { force: true });
      write(folder, [100]);
      expect(folder.steps()).toEqual([...acknowledged, 100]);
    }
  });

  it("are named: a full disk as 507 with what to do, and the next append succeeds", () => {
    using folder = new TestFolder();
    let full: boolean = false;
    using writer = open(folder, {
      fs: failingFs(nodeFs, { fails: (name) => (full && name === "write" ? "ENOSPC" : undefined), shortWrite: true }),
    });
    writer.append(batchAt(1));
    full = true;
    expect(() => writer.append(batchAt(2))).toThrow(
      expect.objectContaining({
        code: "store/disk-full",
        status: 507,
        message: expect.stringMatching(/free some space/),
      }),
    );
    full = false;
    writer.append(batchAt(3));
    expect(folder.steps()).toEqual([1, 3]);
    expect(folder.segments).toEqual(["000001.log"]);
  });

  it("begin a new segment when a failed append cannot be taken back", () => {
    using folder = new TestFolder();
    let broken: boolean = false;
    const fs = failingFs(nodeFs, {
      fails: (name) => (broken && (name === "write" || name === "truncate") ? "EIO" : undefined),
      shortWrite: true,
    });
    using writer = open(folder, { fs });
    writer.append(batchAt(1));
    broken = true;
    expect(() => writer.append(batchAt(2))).toThrow(expect.objectContaining({ code: "store/io" }));
    broken = false;
    writer.append(batchAt(3));
    expect(folder.segments).toEqual(["000001.log", "000002.log"]);
    expect(folder.steps()).toEqual([1, 3]);
  });

  it("never sync a file a second time after a failed sync: it says so once and begins a new segment", () => {
    using folder = new TestFolder();
    const calls: FsOperation[] = [];
    let broken: boolean = false;
    using writer = open(folder, {
      fs: failingFs(nodeFs, { fails: (name) => (broken && name === "sync" ? "EIO" : undefined) }, calls),
    });
    writer.append(batchAt(1));
    broken = true;
    expect(() => writer.sync()).toThrow(
      expect.objectContaining({ code: "store/io", message: expect.stringMatching(/may be lost/) }),
    );
    broken = false;
    const syncs = calls.filter((name) => name === "sync").length;
    writer.sync();
    expect(calls.filter((name) => name === "sync").length).toBe(syncs);
    writer.append(batchAt(2));
    writer.sync();
    expect(folder.segments).toEqual(["000001.log", "000002.log"]);
  });

  it("name a read-only folder", () => {
    using folder = new TestFolder();
    const fs = failingFs(nodeFs, { fails: (name) => (name === "open" || name === "makeFolder" ? "EROFS" : undefined) });
    expect(() => open(folder, { fs })).toThrow(expect.objectContaining({ code: "store/read-only", status: 403 }));
  });
});
