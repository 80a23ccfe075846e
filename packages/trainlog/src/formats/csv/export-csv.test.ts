import { describe, expect, it } from "vitest";
import { lossRows } from "../../store/test-store.ts";
import { sourceOf, testRun } from "../test-runs.ts";
import { exportCsv } from "./export-csv.ts";

describe("exportCsv", () => {
  it("says which values of a running run came too late for the wide layout's columns", async () => {
    const source = sourceOf([testRun("r1", [lossRows(0, 2)])]);
    let reads = 0;
    const growing = {
      ...source,
      async *events(runId: string) {
        yield* source.events(runId);
        reads += 1;
        if (reads > 1) yield lossRows(2, 3, "late");
      },
    };
    const texts: string[] = [];
    const sink = { write: async (bytes: string | Uint8Array) => void texts.push(String(bytes)) };
    const { leftOut } = await exportCsv({ source: growing, runIds: ["r1"] }, { layout: "wide" }, sink);
    expect(leftOut).toEqual(["3 values of metrics that runs began during the export"]);
    expect(texts.join("").split("\r\n", 2)).toEqual(["run_id,step,wall_ms,loss", "r1,0,1000000000000,1"]);
  });
});
