import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { cliFixture, sampleRun } from "../test-cli.ts";

const world = cliFixture();

/** What these tests look at in the documents of `--json`. */
interface JsonAnswer {
  readonly code: number;
  readonly total: number;
  readonly runs: readonly { readonly name: string }[];
  readonly run: object;
  readonly trash: object;
  readonly undo: string;
}

const RUNS = [
  sampleRun("run-a", { name: "alpha", lr: 0.1, tags: ["old"] }),
  sampleRun("run-b", { name: "beta", lr: 0.01 }),
  sampleRun("run-b2", { name: "gamma", lr: 0.2, count: 3000 }),
];

/** Makes the runs, and gives the option that names them. */
async function placeOption(kind: "folder" | "server" | "served folder"): Promise<string[]> {
  await world.makeRuns(...RUNS);
  const server = kind === "folder" ? undefined : await world.serve();
  return kind === "server" && server !== undefined ? ["--url", server.url] : ["--dir", "store"];
}

describe.each(["folder", "server", "served folder"] as const)("verbs on a %s", (kind) => {
  const json = async (...argv: string[]): Promise<JsonAnswer> => {
    const { code, stdout, stderr } = await world.cli(...argv, "--json");
    expect(stderr).toBe("");
    return { code, ...JSON.parse(stdout) };
  };

  it("list, show, and find runs", async () => {
    const at = await placeOption(kind);
    expect((await json("ls", ...at)).runs.map((run) => run.name).sort()).toEqual(["alpha", "beta", "gamma"]);
    expect((await json("ls", "--filter", "config.lr > 0.05", ...at)).total).toBe(2);
    const shown = await world.cli("show", "alp", ...at);
    expect(shown).toMatchObject({ code: 1, stderr: expect.stringContaining('did you mean "alpha"?') });
    expect((await world.cli("show", "alpha", ...at)).stdout).toContain("loss");
    expect((await json("show", "run-b2", ...at)).run).toMatchObject({ runId: "run-b2", config: { lr: 0.2 } });
    expect((await world.cli("show", "gamma", "--metric", "loss", ...at)).stdout).toContain("n=2000");
  });

  it("query with columns, sorts and formats", async () => {
    const at = await placeOption(kind);
    const asked = ["query", "tag != x", "-c", "name,config.lr,metric.loss.min", "--sort", "metric.loss.min", ...at];
    expect((await json(...asked)).runs.map((run) => run.name)).toEqual(["beta", "alpha", "gamma"]);
    expect((await world.cli(...asked, "-f", "csv", "-n", "1")).stdout).toBe(
      "runId,name,config.lr,metric.loss.min\r\nrun-b,beta,0.01,0.15000000000000002\r\n",
    );
    expect((await world.cli("query", "config.lr = 0.1", "-f", "ids", ...at)).stdout).toBe("run-a\n");
    expect((await world.cli(...asked)).stdout).toMatch(/^name\s+config.lr\s+metric.loss.min\nbeta\s+0.01/);
    expect((await json("query", ...at)).total).toBe(3);
  });

  it("a wrong filter, column or sort is a wrong usage or says where it is wrong", async () => {
    const at = await placeOption(kind);
    expect((await world.cli("query", "loss <", ...at)).stderr).toContain("filter");
    expect(await world.cli("query", "-c", "nmae", ...at)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("nmae"),
    });
    expect(await world.cli("query", "-s", "nmae", ...at)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("--sort"),
    });
  });

  it("tag, rename, remove and restore, each with its way back", async () => {
    const at = await placeOption(kind);
    const { undo } = await json("tag", "add", "best,new", "alpha", "beta", ...at);
    expect((await json("query", "tag = best", ...at)).total).toBe(2);
    expect(await world.cli(...undo.replace(/^trainlog /, "").split(" "))).toMatchObject({ code: 0 });
    expect((await json("query", "tag = best", ...at)).total).toBe(0);
    expect(await world.cli("rename", "alpha", "omega one", ...at)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("omega one"),
    });
    expect((await world.cli("show", "omega one", ...at)).code).toBe(0);
    const removed = await world.cli("rm", "beta", ...at);
    expect(removed.stdout).toContain(`trainlog restore run-b ${at.join(" ")}`);
    expect((await json("ls", ...at)).total).toBe(2);
    expect((await json("restore", ...at)).trash).toMatchObject([{ runId: "run-b" }]);
    expect(await world.cli("restore", "beta", ...at)).toMatchObject({ code: 0, stderr: "" });
    expect((await json("ls", ...at)).total).toBe(3);
  });

  it("a bulk change shows what it would do, and does it with --yes", async () => {
    const at = await placeOption(kind);
    const shown = await world.cli("rm", "--filter", "config.lr >= 0.1", ...at);
    expect(shown).toMatchObject({
      code: 2,
      stdout: expect.stringContaining("2 runs would be removed; nothing was changed yet"),
    });
    expect((await json("ls", ...at)).total).toBe(3);
    expect(await json("rm", "--filter", "config.lr >= 0.1", "--yes", ...at)).toMatchObject({
      code: 0,
      changed: ["run-b2", "run-a"],
    });
    expect((await json("ls", ...at)).total).toBe(1);
    expect((await world.cli("restore", "--all", ...at)).code).toBe(0);
    expect((await json("ls", ...at)).total).toBe(3);
  });

  it("export and import keep a run whole", async () => {
    const at = await placeOption(kind);
    expect((await world.cli("export", "gamma", "--format", "events", "-o", "out", ...at)).stderr).toBe("");
    expect(await json("import", "out", ...at)).toMatchObject({
      code: 0,
      runs: [{ runId: "run-b2", outcome: "unchanged" }],
    });
    await world.cli("rm", "gamma", ...at);
    expect(await json("import", "out", ...at)).toMatchObject({
      code: 0,
      runs: [{ outcome: "imported", points: 6000 }],
    });
    // A server that serves the folder sees what was written there a moment later.
    await vi.waitFor(async () => {
      const { run } = await json("show", "gamma", ...at);
      expect(run).toMatchObject({ pointCount: 6000, state: "finished" });
    });
    expect((await world.cli("export", "--filter", "name = gamma", "-o", "report.html", ...at)).code).toBe(0);
    expect(readFileSync(join(world.dir, "report.html"), "utf8")).toContain("gamma");
  });
});

describe("which place", () => {
  it("login remembers a server and its token for the user alone; logout forgets them", async () => {
    await world.makeRuns(...RUNS);
    const { url } = await world.serve("correct horse");
    world.env = { HOME: world.dir };
    expect(await world.cli("login", url)).toMatchObject({ code: 1, stderr: expect.stringContaining("TRAINLOG_TOKEN") });
    expect((await world.cli("login", url, "--token", "correct horse")).code).toBe(0);
    const path = join(world.dir, ".config", "trainlog", "login.json");
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const listed = await world.cli("ls");
    expect(listed.stdout).toContain("alpha");
    expect(listed.stderr).toContain(`on ${url}, by trainlog login`);
    expect((await world.cli("login")).stdout).toBe(`* ${url}\n`);
    expect((await world.cli("ls", "--url", url.replace("http://", ""))).stdout).toContain("alpha");
    expect((await world.cli("ls", "--dir", "store")).stderr).toBe("");
    expect((await world.cli("logout")).code).toBe(0);
    expect((await world.cli("ls")).stderr).toContain("there is no store at");
    expect(readFileSync(path, "utf8")).not.toContain("correct");
  });

  it("options go before the environment; a folder and a server together are refused", async () => {
    await world.makeRuns(...RUNS);
    const { url } = await world.serve();
    world.env = { TRAINLOG_URL: "http://127.0.0.1:1" };
    expect((await world.cli("ls")).stderr).toContain("no answer from http://127.0.0.1:1");
    expect((await world.cli("ls", "--url", url)).code).toBe(0);
    expect((await world.cli("ls", "--dir", "store")).code).toBe(0);
    expect((await world.cli("ls", "--dir", "store", "--url", url)).code).toBe(2);
    world.env = { TRAINLOG_URL: "ftp://x" };
    expect(await world.cli("ls")).toMatchObject({ code: 2, stderr: expect.stringContaining("$TRAINLOG_URL") });
  });

  it("what works on files alone says where to run it", async () => {
    const { code, stderr } = await world.cli("gc", "--url", "http://gpu-box:5000");
    expect(code).toBe(2);
    expect(stderr).toContain("trainlog gc --dir DIR");
  });
});
