import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { TrainlogClient } from "../../client/index.ts";
import { RunLogWriter } from "../../run-log/write/index.ts";
import { lossRows } from "../../store/test-store.ts";
import { cliFixture, sampleRun } from "../test-cli.ts";

const world = cliFixture();

describe("tail", () => {
  it("prints the last lines and rows", async () => {
    await world.makeRuns(sampleRun("run-a", { name: "alpha", lr: 0.1 }));
    const { stdout, code } = await world.cli("tail", "alpha", "--dir", "store", "-n", "2");
    expect(code).toBe(0);
    expect(stdout).toBe("hello from alpha\nstep 18  acc 0.9  loss 1.0526\nstep 19  acc 0.95  loss 1.05\n");
    const json = await world.cli("tail", "alpha", "--dir", "store", "-n", "1", "--points", "-m", "lo*", "--json");
    expect(JSON.parse(json.stdout)).toEqual({ type: "row", step: 19, values: { loss: 1.05 } });
  });

  it("follows what a script writes into the folder, each row once, to the end of the run", async () => {
    const runId = "run-f";
    const writer = RunLogWriter.open(join(world.dir, "store/runs", runId), { runId, project: "p", createdMs: 1e12 });
    writer.append([{ type: "start", runId, project: "p", wallMs: 1e12 }, lossRows(0, 5)]);
    let asked = 0;
    const answer = await world.cliUntil(
      (stdout) => {
        if (asked === 0 && stdout.includes("step 4")) {
          asked = 1;
          writer.append([lossRows(5, 5), { type: "finish", wallMs: 1e12 + 5, status: "failed" }]);
          writer.close();
        }
        return false;
      },
      ...["tail", "-f", runId, "--dir", "store", "-n", "2"],
    );
    expect(answer.code).toBe(1);
    expect(answer.stdout.match(/^step \d+/gm)).toEqual([3, 4, 5, 6, 7, 8, 9].map((step) => `step ${step}`));
    expect(answer.stdout).toContain("✗ failed");
  });

  it("follows a run of a server until Ctrl-C, also when the server is started again", async () => {
    await world.makeRuns();
    const first = await world.serve();
    const client = new TrainlogClient(first.url);
    const send = async (seq: number): Promise<void> => {
      if (seq === 0) await client.createRun({ runId: "run-s", project: "p" });
      await client.sendBatches("run-s", [{ origin: { writerId: "w", seq }, events: [lossRows(seq, 1)] }]);
    };
    await send(0);
    let phase = 0;
    const answer = await world.cliUntil(
      (stdout) => {
        if (phase === 0 && stdout.includes("step 0")) {
          phase = 1;
          void (async () => {
            await first.close();
            await world.serve(undefined, first.port);
            await send(1);
          })();
        }
        return stdout.includes("step 1");
      },
      ...["tail", "-f", "run-s", "--url", first.url],
    );
    expect(answer.code).toBe(130);
    expect(answer.stdout.match(/^step \d+/gm)).toEqual(["step 0", "step 1"]);
    expect(answer.stderr).toContain("trying again");
  });
});
