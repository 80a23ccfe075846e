import { describe, expect, it } from "vitest";
import { GroupCommit } from "./group-commit.ts";
import type { WalFile, WalFolder } from "./wal-file.ts";

/** A disk in memory that says in which order things happened, and fails when told to. */
class FakeDisk implements WalFolder {
  readonly files = new Map<number, { durable: Buffer; written: Buffer }>();
  readonly calls: string[] = [];
  /** Errors by the number of the call that meets them, from 0. */
  readonly failures = new Map<number, Error>();
  syncMs = 1;

  async create(sequence: number): Promise<WalFile> {
    this.#call(`create ${sequence}`);
    const file = { durable: Buffer.alloc(0), written: Buffer.alloc(0) };
    this.files.set(sequence, file);
    const call = (name: string): void => this.#call(name);
    const delay = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, this.syncMs));
    return {
      sequence,
      get sizeBytes() {
        return file.written.length;
      },
      async append(parts) {
        call("append");
        file.written = Buffer.concat([file.written, ...parts]);
      },
      async datasync() {
        const upTo = file.written;
        await delay();
        call("sync");
        file.durable = upTo;
      },
      async close() {
        call("close");
      },
    };
  }

  /** All that would survive a power loss. */
  durableText(): string {
    return [...this.files.values()].map((file) => file.durable.toString()).join("");
  }

  #call(name: string): void {
    const failure = this.failures.get(this.calls.length);
    this.calls.push(failure ? `${name} failed` : name);
    if (failure) throw failure;
  }
}

const record = (text: string): Uint8Array[] => [Buffer.from(text)];
const systemError = (code: string): Error => Object.assign(new Error(code), { code });

describe("GroupCommit", () => {
  it("acknowledges only what is durable, in order", async () => {
    const disk = new FakeDisk();
    const log = new GroupCommit(disk, 1);
    await Promise.all(
      ["a", "b", "c"].map(async (text) => {
        await log.append(record(text));
        expect(disk.durableText()).toContain(text);
      }),
    );
    await log.append(record("d"));
    expect(disk.durableText()).toBe("abcd");
    await log.close();
  });

  it("puts everything that arrives during a sync into the next one", async () => {
    const disk = new FakeDisk();
    disk.syncMs = 20;
    const log = new GroupCommit(disk, 1);
    const first = log.append(record("0"));
    await new Promise((resolve) => setTimeout(resolve, 5));
    const rest = Array.from({ length: 64 }, (_, i) => log.append(record(`,${i}`)));
    await Promise.all([first, ...rest]);
    expect(disk.calls.filter((call) => call === "sync")).toHaveLength(2);
    await log.close();
  });

  it.each([0, 1, 2])("fails the waiting appends when call %i fails, and goes on in a new file", async (failing) => {
    const disk = new FakeDisk();
    disk.failures.set(failing, systemError("ENOSPC"));
    const log = new GroupCommit(disk, 1);
    const both = await Promise.allSettled([log.append(record("a")), log.append(record("b"))]);
    for (const outcome of both) {
      expect(outcome).toMatchObject({ status: "rejected", reason: { code: "store/disk-full", status: 507 } });
    }
    await log.append(record("c"));
    expect(disk.durableText().endsWith("c")).toBe(true);
    // The file whose sync failed is never synced again.
    expect(disk.calls.filter((call) => call === "sync")).toHaveLength(1);
    if (failing === 2) expect([...disk.files.keys()]).toEqual([1, 2]);
    await log.close();
  });

  it("rotates between commits, also while appends keep coming", async () => {
    const disk = new FakeDisk();
    const log = new GroupCommit(disk, 1);
    let stop = false;
    const stream = async (): Promise<number> => {
      let count = 0;
      while (!stop) {
        await log.append(record("x"));
        count++;
      }
      return count;
    };
    const streams = [stream(), stream()];
    await new Promise((resolve) => setTimeout(resolve, 10));
    const below = await log.rotate();
    stop = true;
    const counts = await Promise.all(streams);
    await log.append(record("y"));
    expect(below).toBe(2);
    expect([...disk.files.keys()]).toEqual([1, 2]);
    expect(disk.durableText()).toBe(`${"x".repeat(counts[0]! + counts[1]!)}y`);
    await log.close();
  });

  it("begins no file for nothing, and refuses after close", async () => {
    const disk = new FakeDisk();
    const log = new GroupCommit(disk, 1);
    await log.append([]);
    await log.rotate();
    await log.close();
    expect(disk.calls).toEqual([]);
    await expect(log.append(record("late"))).rejects.toMatchObject({ code: "store/closed", status: 503 });
  });
});
