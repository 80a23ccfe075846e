import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { textWidth } from "../../src/cli/terminal/text-width.ts";
import { makeSampleStore } from "./sample-store.ts";
import { type CommandResult, trainlog } from "./trainlog-process.ts";

// Every test here starts processes, which takes seconds on a busy machine.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

let folder = "";
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "trainlog-store-"));
  await makeSampleStore(join(folder, "trainlog"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a command in the folder that holds the sample store as `./trainlog`. */
function inFolder(...args: string[]): Promise<CommandResult> {
  return trainlog(args, { cwd: folder });
}

async function json(...args: string[]): Promise<ReturnType<typeof JSON.parse>> {
  return JSON.parse((await inFolder(...args, "--json")).stdout);
}

describe("trainlog ls", () => {
  it("lists the newest first, with state, steps and last values, and no control character", async () => {
    const { code, stdout, stderr } = await inFolder("ls");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const [titles, ...rows] = stdout.trimEnd().split("\n");
    expect(titles).toMatch(/^state +name +project +started +took +step +train\/(acc|loss) +train\/(acc|loss) +id$/);
    expect(rows.map((row) => /cccccccc|bbbbbbbb|aaaaaaaa/.exec(row)?.[0])).toEqual([
      "cccccccc",
      "bbbbbbbb",
      "aaaaaaaa",
    ]);
    expect(rows[0]).toContain("evil �[2J⏎name");
    expect(rows[2]).toMatch(/✓ finished +baseline +digits .* ago +1 min 30 s +199/);
    expect(stdout).not.toContain("\u001b");
  });

  it("filters, sorts and limits", async () => {
    const names = async (...args: string[]): Promise<string[]> =>
      (await json("ls", ...args)).runs.map((run: { name: string }) => run.name);
    expect(await names("--project", "digits")).toEqual(["wide", "baseline"]);
    expect(await names("--state", "failed")).toEqual(["wide"]);
    expect((await names("--sort", "metric:train/loss:min"))[0]).toBe("baseline");
    expect((await names("--sort", "metric:train/loss:max", "--reverse"))[0]).toContain("evil");
    expect(await names("--sort", "name", "--limit", "1")).toEqual(["baseline"]);
    expect((await inFolder("ls", "--limit", "1")).stdout).toContain("… and 2 more runs (--limit 3 shows all)");
    expect((await inFolder("ls", "--text", "nowhere")).stdout).toContain("no run in");
  });

  it("shows the metrics that are asked for", async () => {
    const { stdout } = await inFolder("ls", "--metric", "train/acc");
    expect(stdout.split("\n")[0]).toMatch(/step +train\/acc +id$/);
  });

  it("refuses what it cannot sort by, with 2, and names the nearest", async () => {
    const { code, stderr } = await inFolder("ls", "--sort", "craeted");
    expect(code).toBe(2);
    expect(stderr).toContain('did you mean "created"?');
  });

  it("fails with 1 and a way out when there is no store", async () => {
    const { code, stdout, stderr } = await inFolder("ls", "--dir", "elsewhere");
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(`no store at ${join(folder, "elsewhere")}`);
    expect((await json("ls", "--dir", "elsewhere")).error.code).toBe("cli/no-store");
  });

  it.each([["ls"], ["du"], ["verify"], ["gc"], ["seal"], ["show", "x"]])(
    "refuses a folder that is no store and leaves nothing in it: %s",
    async (...args) => {
      mkdirSync(join(folder, "other"), { recursive: true });
      writeFileSync(join(folder, "other", "notes.txt"), "");
      const { code, stderr } = await inFolder(...args, "--dir", "other");
      expect(code).toBe(1);
      expect(stderr).toContain(`no store at ${join(folder, "other")}: the folder has neither store.json nor runs`);
      expect(readdirSync(join(folder, "other"))).toEqual(["notes.txt"]);
    },
  );

  it("finds the store that $TRAINLOG_DIR names", async () => {
    const { stdout } = await trainlog(["ls", "--json"], { cwd: "/", env: { TRAINLOG_DIR: join(folder, "trainlog") } });
    expect(JSON.parse(stdout).total).toBe(3);
  });
});

describe("trainlog show RUN", () => {
  it("shows facts, config, metrics with their trend, and what went wrong", async () => {
    const { code, stdout } = await inFolder("show", "wide", "--console", "5");
    expect(code).toBe(0);
    expect(stdout).toContain("✗ failed  wide");
    expect(stdout).toContain("50 rows, 100 points in 2 metrics, up to step 49");
    expect(stdout).toContain("! Error: the loss is NaN");
    expect(stdout).toMatch(/^lr +0\.3$/m);
    expect(stdout).toMatch(/^model\/hidden +\[32,32\]$/m);
    expect(stdout).toMatch(/^train\/loss +█[▁▂▃▄▅▆▇█]+▁ +0\.11259 +0\.11259 +0\.3 /m);
    expect(stdout).toContain("hello from the run");
  });

  it("lists at most as many metrics as asked for, and says how many more there are", async () => {
    const { stdout } = await inFolder("show", "baseline", "--limit", "1");
    expect(stdout).toContain("… and 1 more metric (--limit lists more)");
    expect(stdout).not.toMatch(/^train\/loss/m);
  });

  it("finds a run by id, by the beginning of its id, and by name", async () => {
    for (const text of ["20260102-030405-aaaaaaaa", "20260102-030405", "baseline"]) {
      expect((await json("show", text)).run.name).toBe("baseline");
    }
  });

  it("names the runs that a beginning could mean, and the nearest name of an unknown one", async () => {
    const ambiguous = await inFolder("show", "20260102");
    expect(ambiguous.code).toBe(1);
    expect(ambiguous.stderr).toContain("could be any of these runs");
    expect(ambiguous.stderr).toContain("20260102-030406-bbbbbbbb  wide (digits, failed)");
    const unknown = await inFolder("show", "baselin");
    expect(unknown.code).toBe(1);
    expect(unknown.stderr).toContain('no run "baselin"');
    expect(unknown.stderr).toContain('did you mean "baseline"?');
  });

  it("draws one metric as a curve", async () => {
    const { stdout } = await inFolder("show", "baseline", "--metric", "train/loss");
    expect(stdout).toMatch(/train\/loss +n=200/);
    for (const line of stdout.split("\n")) expect(textWidth(line)).toBeLessThanOrEqual(80);
    const { code, stderr } = await inFolder("show", "baseline", "--metric", "nope");
    expect(code).toBe(1);
    expect(stderr).toContain('has no metric "nope"');
  });
});

describe("trainlog view RUN", () => {
  it("draws a run as a picture, its config as notes", async () => {
    const { code, stdout } = await inFolder("view", "baseline", "--html", "-");
    expect(code).toBe(0);
    expect(stdout).toContain("train/loss");
    expect(stdout).toContain("config.lr=0.1");
  });
});

describe("trainlog du", () => {
  it("lists runs by size and the totals", async () => {
    const { code, stdout } = await inFolder("du");
    expect(code).toBe(0);
    expect(stdout.indexOf("aaaaaaaa")).toBeLessThan(stdout.indexOf("cccccccc"));
    expect(stdout).toMatch(/3 runs +\d/);
    expect(stdout).toMatch(/together +\d/);
    const usage = await json("du");
    expect(usage.runs).toHaveLength(3);
    expect(usage.totalBytes).toBeGreaterThanOrEqual(usage.runBytes);
  });
});

describe("trainlog rm, restore and gc", () => {
  it("removes, says the way back, brings back", async () => {
    const removed = await inFolder("rm", "baseline");
    expect(removed.code).toBe(0);
    expect(removed.stdout).toContain("trainlog restore 20260102-030405-aaaaaaaa");
    expect((await json("ls")).total).toBe(2);
    expect((await inFolder("restore")).stdout).toMatch(/20260102-030405-aaaaaaaa +baseline +digits/);
    expect((await inFolder("restore", "20260102-030405-aaaaaaaa")).stdout).toContain(
      "restored 20260102-030405-aaaaaaaa",
    );
    expect((await json("ls")).total).toBe(3);
    expect((await inFolder("restore")).stdout).toBe("the trash is empty\n");
  });

  it("removes nothing when one of the names is wrong", async () => {
    expect((await inFolder("rm", "baseline", "wiide")).code).toBe(1);
    expect((await json("ls")).total).toBe(3);
    expect((await inFolder("rm")).code).toBe(2);
  });

  it("says what gc would delete, and then deletes just that", async () => {
    await inFolder("rm", "20260102-030407-cccccccc");
    const dry = await json("gc", "--dry-run", "--grace-minutes", "0");
    expect(dry.items).toMatchObject([{ kind: "trash" }]);
    expect((await json("restore")).trash).toHaveLength(1);
    expect((await inFolder("gc", "--keep-days", "1")).stdout).toContain("nothing to delete");
    expect((await inFolder("gc", "--grace-minutes", "0")).stdout).toMatch(/deleted 1 thing, \d/);
    expect((await json("restore")).trash).toHaveLength(0);
    expect((await json("ls")).total).toBe(2);
  });
});
