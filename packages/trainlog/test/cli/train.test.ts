import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nn, Trainer } from "@trainlog/nn";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { readJson } from "../../src/log/index.ts";
import { openStore } from "../../src/store/index.ts";
import { startTrainlog, trainlog } from "./trainlog-process.ts";

// Every test here starts processes, which takes seconds on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "trainlog-train-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const train = (...args: string[]) => trainlog(["train", ...args], { cwd: folder });

/** The numbers of a report, which differ from run to run only in time and place. */
const withoutTimes = (report: string): string => report.replace(/^(time|run).*\n/gm, "");

describe("trainlog train quickstart", () => {
  it.each(["eager", "compiled"])(
    "reports what it learnt, keeps the run, and is the same again (%s)",
    async (backend) => {
      const args = ["quickstart", "--steps", "200", "--dtype", "float", "--backend", backend];
      const [first, second] = await Promise.all([train(...args), train(...args)]);
      expect(first.code).toBe(0);
      expect(first.stdout).toMatch(/^model +sequential.* \[2\] → \[1\], 33 parameters$/m);
      expect(first.stdout).toMatch(/^training +regression, adam, 200 steps of 16 from 25 examples, seed 0$/m);
      expect(first.stdout).toContain(`backend ${backend}, dtype float`);
      expect(first.stdout).toMatch(/^loss +0\.\d+ → 0\.000\d+$/m);
      expect(first.stdout).toMatch(/^probe center +\S+ → 0\.(19|2)\d* \(target 0.2\)$/m);
      expect(first.stdout).toMatch(/^probe heldout +\S+ → 0\.(19|2)\d* \(target 0.2\)$/m);
      expect(first.stderr).toMatch(
        /^training quickstart; watch it: npx trainlog\nstep 25\/200: loss \d.*\n(.*\n){6}step 200\/200/,
      );
      expect(withoutTimes(second.stdout)).toBe(withoutTimes(first.stdout));
      await using store = await openStore(join(folder, "trainlog"), { mode: "read" });
      const { runs } = await store.listRuns();
      expect(runs.map(({ state, project }) => `${state} ${project}`)).toEqual(new Array(2).fill("finished quickstart"));
      const run = await store.getRun(runs[0]!.runId);
      expect(run.config).toMatchObject({ backend, dtype: "float", seed: 0, optimizer: { name: "adam", lr: 0.03 } });
      expect(run.summary).toMatchObject({ stopped_by: "done", steps: 200 });
      expect((await store.metrics(runs[0]!.runId)).map(({ key }) => key)).toEqual(
        expect.arrayContaining(["loss", "mae", "learning_rate", "gradient_norm", "examples_per_s"]),
      );
    },
  );

  it("writes a TrainLog and the model where it is told, beside the run", async () => {
    const { code, stdout } = await train("quickstart", "--log", "logs/q.json", "--save", "q.safetensors", "--dir", "s");
    expect(code).toBe(0);
    expect(stdout).toContain(`log: ${join(folder, "logs/q.json")}\nmodel: ${join(folder, "q.safetensors")}\n`);
    const log = await readJson(join(folder, "logs/q.json"), { strict: true });
    const loss = log.series.find(({ name }) => name === "loss")!;
    expect(loss.values).toHaveLength(200);
    expect(loss.values.at(-1)).toBeLessThan(0.01 * loss.values[0]!);
    expect(log.notes).toContain("config.optimizer/lr=0.03");
    expect(readdirSync(join(folder, "s/runs"))).toHaveLength(1);
    const model = nn.sequential(nn.linear(2, 8), nn.relu(), nn.linear(8, 1));
    const loaded = await Trainer.load(join(folder, "q.safetensors"), model, { task: "regression" });
    expect(loaded.params["0.weight"]?.shape).toEqual([8, 2]);
  });

  it.each(["off", " None ", "disabled"])("keeps nothing with --log %s", async (off) => {
    expect((await train("quickstart", "--steps", "5", "--log", off)).code).toBe(0);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("trains in double precision, from another seed, and answers in JSON", async () => {
    const options = ["--dtype", "f64", "--seed", "7", "--steps", "50", "--log", "off", "--json"];
    const { stdout, stderr } = await train("quickstart", ...options);
    expect(JSON.parse(stdout)).toMatchObject({
      summary: { seed: 7, dtype: "f64", steps: 50, probes: [{ name: "center", target: "0.2" }, { name: "heldout" }] },
      run: null,
      log: null,
      model: null,
    });
    expect(stderr).toMatch(/^step 25\/50: loss/);
  });

  it.each([
    [["quickstart", "--steps", "0"], '--steps: expected a whole number from 1 to 100000000, got "0"'],
    [["quickstart", "--stepz", "3"], 'unknown option --stepz; did you mean "--steps"?'],
    [["quickstart", "now"], 'does not know what to do with "now"'],
    [["quikstart"], 'there is no example "quikstart", but quickstart and digits; did you mean "quickstart"?'],
    [[], "trainlog train needs EXAMPLE: quickstart or digits"],
    [["quickstart", "--dtype", "double"], '--dtype: expected float, f64, got "double"'],
    [["quickstart", "--backend", "compield"], 'did you mean "compiled"?'],
    [["quickstart", "--log", ""], '--log: expected a file, or off to log nothing, got ""'],
  ])("refuses %j", async (args, words) => {
    const { code, stdout, stderr } = await train(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(words);
    expect(existsSync(join(folder, "trainlog"))).toBe(false);
  });

  it("says before it trains that a log cannot be written", async () => {
    writeFileSync(join(folder, "file"), "");
    const { code, stderr } = await train("quickstart", "--log", "file/q.json");
    expect(code).toBe(1);
    expect(stderr).toMatch(/^trainlog: .*file\/q\.json: could not be written: /);
    expect(existsSync(join(folder, "trainlog"))).toBe(false);
  });

  it.each([["/dev/null/q.safetensors"], ["."]])(
    "says before it trains that a model cannot be saved at %s",
    async (path) => {
      const { code, stdout, stderr } = await train("quickstart", "--save", path);
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      expect(stderr).toContain("could not be written");
      expect(stderr).toContain("choose another --save; nothing was trained");
      expect(readdirSync(folder)).toEqual([]);
    },
  );

  it("ends at Ctrl-C with code 130 and keeps what was learnt", async () => {
    const args = ["train", "quickstart", "--steps", "2000000", "--save", "q.safetensors"];
    const command = startTrainlog(args, { cwd: folder });
    await command.until(/step 250000\/2000000: loss/);
    command.child.kill("SIGINT");
    const { code, stdout, stderr } = await command.result;
    expect(code).toBe(130);
    expect(stderr).toMatch(/interrupted at step \d+; what was learnt until then is kept\n$/);
    expect(stdout).toMatch(/^stopped by +signal$/m);
    expect(existsSync(join(folder, "q.safetensors"))).toBe(true);
    await using store = await openStore(join(folder, "trainlog"), { mode: "read" });
    const { runs } = await store.listRuns();
    expect(runs.map(({ state }) => state)).toEqual(["killed"]);
    expect(await store.artifacts(runs[0]!.runId)).toMatchObject([{ name: "model", kind: "model" }]);
  });
});

describe("trainlog train digits", () => {
  it("tells at least 97 % of the digits that it has not seen apart, within 20 seconds", async () => {
    const { code, stdout } = await train("digits", "--json");
    expect(code).toBe(0);
    const { summary } = JSON.parse(stdout);
    expect(summary.evaluation.accuracy).toBeGreaterThanOrEqual(0.97);
    expect(summary.evaluation.examples).toBe(359);
    await using store = await openStore(join(folder, "trainlog"), { mode: "read" });
    const { runs } = await store.listRuns();
    expect((await store.media(runs[0]!.runId)).keys.map(({ key }) => key)).toEqual(["eval/confusion_matrix"]);
  });
});
