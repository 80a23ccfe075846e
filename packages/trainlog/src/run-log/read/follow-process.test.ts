/** @file A run that another process writes, followed while it grows: on real processes, with nothing shared but the folder. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { IDENTITY, TestFolder } from "../../../test/support/run-log/test-folder.ts";
import { flatten, type Row } from "../../../test/support/run-log/test-run.ts";
import type { RunEvent } from "../../run/event.ts";
import { RunLogWriter } from "../write/run-log-writer.ts";
import { RunLogReader } from "./run-log-reader.ts";

const here = (name: string): string => JSON.stringify(fileURLToPath(new URL(name, import.meta.url)));

const BATCHES = 3000;

/** Writes batches of one to three rows, an event after every tenth, in small segments. */
const WRITER_SCRIPT = `
  import { RunLogWriter } from ${here("../write/run-log-writer.ts")};
  import { IDENTITY } from ${here("../../../test/support/run-log/test-folder.ts")};
  import { rowsEvent } from ${here("../../../test/support/run-log/test-run.ts")};
  const writer = RunLogWriter.open(process.argv[1], IDENTITY, { segmentBytes: 16384 });
  let step = 0;
  for (let batch = 0; batch < ${BATCHES}; batch++) {
    const rows = Array.from({ length: 1 + batch % 3 }, () => ({ step, wallMs: 1e12 + step, values: { loss: Math.sqrt(step++) } }));
    const extra = batch % 10 === 9 ? [{ type: "alert", wallMs: step, title: String(batch), text: "", level: "info" }] : [];
    writer.append([rowsEvent(rows), ...extra]);
    if (batch % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  writer.close();`;

describe("a run that another process writes", () => {
  it("comes to a reader that looks all the time, every point and event exactly once and in order", async () => {
    using folder = new TestFolder();
    RunLogWriter.open(folder.dir, IDENTITY).close();
    using reader = RunLogReader.open(folder.dir, { rows: true });
    const child = spawn(process.execPath, ["--input-type=module", "-e", WRITER_SCRIPT, folder.dir], {
      stdio: ["ignore", "ignore", "inherit"],
    });
    let isOver = false;
    const code = new Promise((resolve) => child.once("close", resolve)).finally(() => (isOver = true));
    const seen: RunEvent[] = [];
    let looksWithNews = 0;
    for (let last = false; !last; ) {
      last = isOver;
      const { events, damage, restarted } = reader.refresh();
      expect({ damage, restarted }).toEqual({ damage: [], restarted: false });
      seen.push(...events);
      if (events.length > 0) looksWithNews++;
      // What is indexed is answered at once, also from the block that is still growing.
      const { totalPoints } = reader.series("loss", { x: "step", buckets: 20 });
      expect(totalPoints).toBe(reader.length.rows);
      expect(Array.from(reader.points("loss", { last: 2 }).values)).toEqual(
        [reader.length.rows - 2, reader.length.rows - 1].filter((step) => step >= 0).map(Math.sqrt),
      );
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect(await code).toBe(0);
    expect(looksWithNews).toBeGreaterThan(5);
    const items = flatten(seen);
    const rows = items.filter((item): item is Row => "values" in item);
    expect(rows.map(({ step }) => step)).toEqual(Array.from({ length: BATCHES * 2 }, (_, i) => i));
    expect(rows.every(({ step, values }) => values["loss"] === Math.sqrt(step))).toBe(true);
    const titles = items.flatMap((item) => ("type" in item && item.type === "alert" ? [item.title] : []));
    expect(titles).toEqual(Array.from({ length: BATCHES / 10 }, (_, i) => String(i * 10 + 9)));
    expect(folder.segments.length).toBeGreaterThan(3);
  });
});
