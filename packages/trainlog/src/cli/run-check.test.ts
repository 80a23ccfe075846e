import { describe, expect, it } from "vitest";
import { TrainlogError } from "../run/error.ts";
import type { CommandContext } from "./command.ts";
import { makeOutput } from "./output.ts";
import { forEachRun } from "./run-check.ts";

const FOLDERS = ["a", "b", "c"].map((runId) => ({ runId, dir: `/runs/${runId}` }));

function contextWith(signal: AbortSignal): CommandContext {
  const stream = { write: () => {} };
  return {
    env: {},
    cwd: "/",
    signal,
    nowMs: () => 0,
    out: makeOutput({ stdout: stream, stderr: stream, env: {}, json: false }),
  };
}

describe("forEachRun", () => {
  it("goes on behind a run that cannot be read, and keeps the reason", async () => {
    const outcomes = await forEachRun("check", FOLDERS, contextWith(new AbortController().signal), (dir) => {
      if (dir === "/runs/b") throw new TrainlogError("store/io", "the disk is broken");
      return dir.length;
    });
    expect(outcomes).toEqual([
      { runId: "a", dir: "/runs/a", report: 7 },
      { runId: "b", dir: "/runs/b", error: { code: "store/io", message: "the disk is broken" } },
      { runId: "c", dir: "/runs/c", report: 7 },
    ]);
  });

  it("does not hide a fault of ours", async () => {
    const work = (): never => {
      throw new TypeError("a slip");
    };
    await expect(forEachRun("check", FOLDERS, contextWith(new AbortController().signal), work)).rejects.toThrow(
      "a slip",
    );
  });

  it("ends between two runs when it is interrupted", async () => {
    const controller = new AbortController();
    const seen: string[] = [];
    const work = (dir: string): void => {
      seen.push(dir);
      controller.abort("SIGINT");
    };
    await expect(forEachRun("check", FOLDERS, contextWith(controller.signal), work)).rejects.toBe("SIGINT");
    expect(seen).toEqual(["/runs/a"]);
  });
});
