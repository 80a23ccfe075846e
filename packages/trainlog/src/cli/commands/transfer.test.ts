import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Page } from "playwright-core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { launchChromium } from "../../../../../scripts/chromium.ts";
import type { RunEvent } from "../../run/event.ts";
import { openStore } from "../../store/index.ts";
import { lossRows } from "../../store/test-store.ts";
import { runCli } from "../run-cli.ts";

const HOSTILE = `</title></style></script><script>document.title="pwned"</script><img src=x onerror='document.title="pwned"'>"'`;

let dir = "";
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "trainlog-transfer-"));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

async function cli(...argv: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const written = { stdout: "", stderr: "" };
  const stream = (name: "stdout" | "stderr") => ({
    write: (text: string | Uint8Array) => {
      written[name] += typeof text === "string" ? text : Buffer.from(text).toString();
    },
  });
  const code = await runCli(argv, {
    stdout: stream("stdout"),
    stderr: stream("stderr"),
    env: {},
    cwd: dir,
    signal: new AbortController().signal,
    nowMs: () => 1e12,
    version: async () => "0",
  });
  return { code, ...written };
}

/** A store `store` with two runs: one with all kinds of things under hostile names, one plain. */
async function makeStore(): Promise<void> {
  await using store = await openStore(join(dir, "store"), { mode: "serve", sealAfterMs: false });
  const png = Buffer.from(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
    "base64",
  );
  const picture = await store.blobs.put(png);
  const wallMs = 1e12;
  const blobs = [{ ...picture, mime: "image/png" }];
  const media = (
    key: string,
    kind: "image" | "text" | "table" | "html" | "histogram" | "confusion-matrix" | "figure",
    data: object,
  ): RunEvent => ({
    type: "media",
    key,
    step: 1,
    wallMs,
    kind,
    data: { ...data },
    ...(kind === "image" ? { blobs } : {}),
  });
  const events: RunEvent[] = [
    {
      type: "start",
      runId: "r1",
      project: HOSTILE,
      name: HOSTILE,
      tags: [HOSTILE],
      notes: HOSTILE,
      group: HOSTILE,
      wallMs,
      host: { hostname: HOSTILE },
      code: { commit: HOSTILE },
    },
    { type: "config", set: { [HOSTILE]: HOSTILE, lr: Number.NaN, same: 1 } },
    lossRows(0, 2000, HOSTILE),
    lossRows(0, 20, "system/cpu"),
    {
      type: "rows",
      rows: {
        steps: Float64Array.of(1),
        wallMs: Float64Array.of(wallMs),
        columns: [{ kind: "json", key: "phase", values: [HOSTILE] }],
      },
    },
    media(HOSTILE, "image", { caption: HOSTILE }),
    media("text", "text", { text: HOSTILE, format: "plain" }),
    media("page", "html", { html: HOSTILE }),
    media("figure", "figure", { format: "svg", svg: `<svg>${HOSTILE}</svg>` }),
    media("table", "table", { columns: [HOSTILE], rows: [[HOSTILE], [{ a: HOSTILE }]] }),
    media("histogram", "histogram", { edges: [0, 1, 2], counts: [3, 4], count: 7, nonFinite: 0 }),
    media("matrix", "confusion-matrix", {
      counts: [
        [1, 2],
        [3, 4],
      ],
      labels: [HOSTILE, "b"],
    }),
    { type: "alert", wallMs, title: HOSTILE, text: HOSTILE, level: "error" },
    { type: "console", lines: [{ line: 0, stream: "stdout", text: HOSTILE, wallMs }] },
    {
      type: "artifact",
      direction: "produced",
      name: HOSTILE,
      kind: HOSTILE,
      wallMs,
      digest: "0".repeat(64),
      files: [{ path: "a", ...picture }],
      version: HOSTILE,
    },
  ];
  await store.createRun({ runId: "r1", project: HOSTILE, createdMs: wallMs });
  await store.append("r1", [{ events }]);
  await store.finishRun("r1", { status: "failed", error: HOSTILE });
  await store.createRun({ runId: "r2", project: "plain", createdMs: wallMs });
  await store.append("r2", [
    {
      events: [
        { type: "start", runId: "r2", project: "plain", name: "baseline", wallMs },
        { type: "config", set: { same: 1, lr: 2 } },
        lossRows(0, 30),
      ],
    },
  ]);
  await store.finishRun("r2", { status: "finished" });
}

async function eventsOf(store: string, runId: string): Promise<RunEvent[]> {
  await using opened = await openStore(join(dir, store));
  return Array.fromAsync(opened.events(runId));
}

describe("export and import", () => {
  it("bring a whole store into another one, event by event, and change nothing the second time", async () => {
    await makeStore();
    expect(await cli("export", "--all", "--dir", "store", "--format", "events", "-o", "out")).toMatchObject({
      code: 0,
      stderr: "",
    });
    expect((await cli("import", "out", "--dir", "copy")).code).toBe(0);
    for (const runId of ["r1", "r2"]) expect(await eventsOf("copy", runId)).toEqual(await eventsOf("store", runId));
    const { stdout } = await cli("import", "out", "--dir", "copy", "--json");
    expect(JSON.parse(stdout).runs.map(({ outcome }: { outcome: string }) => outcome)).toEqual([
      "unchanged",
      "unchanged",
    ]);
    expect((await cli("verify", "--dir", "copy")).code).toBe(0);
    expect((await cli("import", "out", "--dir", "store")).stdout).toContain("was there already");
    expect((await cli("export", "r2", "--dir", "store", "--format", "events", "-o", "out")).stderr).toContain(
      "something already",
    );
  });

  it("find an imported run unchanged when it was compressed and renamed meanwhile", async () => {
    await makeStore();
    await cli("export", "r2", "--dir", "store", "--format", "events", "-o", "out");
    await cli("import", "out", "--dir", "copy");
    await cli("seal", "--dir", "copy");
    expect((await cli("import", "out", "--dir", "copy")).stdout).toContain("was there already  r2");
    {
      await using copy = await openStore(join(dir, "copy"), { mode: "serve", sealAfterMs: false });
      await copy.editRun("r2", { name: "renamed" });
    }
    const before = await eventsOf("copy", "r2");
    expect((await cli("import", "out", "--dir", "copy")).stdout).toContain("was there already  r2");
    expect(await eventsOf("copy", "r2")).toEqual(before);
  });

  it("says what a format cannot hold, and writes to standard output", async () => {
    await makeStore();
    const { code, stdout, stderr } = await cli("export", "r1", "--dir", "store", "--format", "csv", "-o", "-");
    expect(code).toBe(0);
    expect(stdout.split("\r\n")).toHaveLength(2000 + 20 + 1 + 2);
    expect(stderr).toContain("not in csv: 7 media values");
    expect(stderr).toContain("not in csv: 1 line of console output");
  });

  it("take the metrics that are asked for", async () => {
    await makeStore();
    await cli(
      "export",
      "--all",
      "--dir",
      "store",
      "--metric",
      "sys*",
      "--metric",
      "loss",
      "-o",
      "some.csv",
      "--layout",
      "wide",
    );
    expect(readFileSync(join(dir, "some.csv"), "utf8").split("\r\n")[0]).toBe("run_id,step,wall_ms,loss,system/cpu");
  });

  it("mark formulas for a spreadsheet only when asked to, and say so", async () => {
    writeFileSync(join(dir, "t.csv"), "step,=1+1\n1,2\n");
    await cli("import", "t.csv", "--dir", "store", "--project", "p");
    await cli("export", "--all", "--dir", "store", "-o", "plain.csv");
    expect(readFileSync(join(dir, "plain.csv"), "utf8")).toContain(",=1+1,1,");
    const { stderr } = await cli("export", "--all", "--dir", "store", "-o", "marked.csv", "--spreadsheet");
    expect(readFileSync(join(dir, "marked.csv"), "utf8")).toContain(",'=1+1,1,");
    expect(stderr).toContain("begin like a formula");
  });

  it("write nothing when a part cannot be read, and the rest with --skip-bad", async () => {
    writeFileSync(join(dir, "bad.csv"), "step,loss\n1,2\nx,3\n");
    const refused = await cli("import", "bad.csv", "--dir", "store", "--project", "p");
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("bad.csv, line 3, column step");
    expect(existsSync(join(dir, "store"))).toBe(false);
    const skipped = await cli("import", "bad.csv", "--dir", "store", "--project", "p", "--skip-bad", "--json");
    expect(skipped.code).toBe(1);
    expect(JSON.parse(skipped.stdout)).toMatchObject({
      badCount: 1,
      runs: [{ outcome: "imported", points: 1, name: "bad" }],
    });
  });

  it("say what they would do with --dry-run, and do nothing", async () => {
    writeFileSync(join(dir, "t.csv"), "step,loss\n1,2\n");
    const { stdout, code } = await cli("import", "t.csv", "--dir", "store", "--project", "p", "--dry-run");
    expect([code, stdout]).toEqual([0, expect.stringContaining("would be imported")]);
    expect(existsSync(join(dir, "store"))).toBe(false);
  });

  it("bring a TrainLog document through a run and back", async () => {
    const document = {
      title: "t",
      steps: [0, 5, 10],
      series: [
        { name: "loss", values: [1, "NaN", 0.5], color: "#4e79a7" },
        { name: "acc", values: ["NaN", 0.5, "Infinity"], color: "#f28e2b" },
      ],
      notes: ["project=p", "run_name=t", "run_id=r", "config.lr=0.1"],
    };
    writeFileSync(join(dir, "log.json"), JSON.stringify(document));
    const imported = await cli("import", "log.json", "--dir", "store");
    expect(imported.stderr).not.toContain("trainlog:");
    await cli("export", "r", "--dir", "store", "-o", "again.json");
    const again = JSON.parse(readFileSync(join(dir, "again.json"), "utf8"));
    expect(again).toEqual(JSON.parse(readFileSync(join(dir, "log.json"), "utf8")));
  });

  it("refuse a command line that does not say what or where", async () => {
    await makeStore();
    const usage = async (...argv: string[]): Promise<string> => {
      const { code, stderr } = await cli("export", ...argv, "--dir", "store");
      expect(code).toBe(2);
      return stderr;
    };
    expect(await usage("r1")).toContain("-o PATH");
    expect(await usage("-o", "x.csv")).toContain("--all");
    expect(await usage("r1", "-o", "x")).toContain("--format");
    expect(await usage("r1", "--project", "p", "-o", "x.csv")).toContain("not both");
    expect(await usage("r1", "-o", "x.jsonl", "--layout", "wide")).toContain("--layout");
    expect(readdirSync(dir)).toEqual(["store"]);
  });
});

/** What axe finds on a page, in short. */
async function axeFindings(page: Page): Promise<string[]> {
  await page.evaluate(readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8"));
  // axe puts itself on `window`; its own types cannot be seen inside the page.
  return page.evaluate(async () => {
    const { axe } = window as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    return (await axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 200)}`);
  });
}

describe("the report", () => {
  it("has no violation of WCAG that axe can find, in light, in dark and on a phone", async () => {
    await makeStore();
    await cli("export", "r1", "--dir", "store", "-o", "one.html");
    await cli("export", "r1", "r2", "--dir", "store", "-o", "two.html");
    const browser = await launchChromium();
    try {
      for (const file of ["one.html", "two.html"]) {
        for (const [colorScheme, width] of [
          ["light", 1200],
          ["dark", 390],
        ] as const) {
          const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
          await page.goto(pathToFileURL(join(dir, file)).href);
          expect(await axeFindings(page), `${file}, ${colorScheme}`).toEqual([]);
          await page.close();
        }
      }
    } finally {
      await browser.close();
    }
  });

  it("is one page that asks for nothing, in which no text of a run becomes code", async () => {
    await makeStore();
    await cli("export", "r1", "--dir", "store", "-o", "one.html", "--with-events");
    await cli("export", "r1", "r2", "--dir", "store", "-o", "two.html");
    const browser = await launchChromium();
    try {
      for (const [file, title] of [
        ["one.html", HOSTILE],
        ["two.html", "Comparison of 2 runs"],
      ] as const) {
        const page = await browser.newPage({ viewport: { width: 390, height: 800 } });
        const requests: string[] = [];
        const messages: string[] = [];
        page.on("request", (request) => requests.push(request.url()));
        page.on("console", (message) => messages.push(message.text()));
        await page.goto(pathToFileURL(join(dir, file)).href);
        expect(await page.title()).toBe(title);
        expect(await page.locator("script, iframe, object, [onerror]").count()).toBe(0);
        expect(await page.locator(".charts svg").count()).toBe(file === "one.html" ? 2 : 3);
        expect(
          await page
            .locator("img")
            .evaluateAll((images) => images.map((image) => (image as HTMLImageElement).naturalWidth)),
        ).toEqual([1]);
        expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390);
        expect(requests.filter((url) => !url.startsWith("data:"))).toHaveLength(1);
        expect(messages).toEqual([]);
        await page.close();
      }
    } finally {
      await browser.close();
    }
  });

  it("carries whole runs when asked to, and brings them back", async () => {
    await makeStore();
    await cli("export", "--all", "--dir", "store", "-o", "all.html", "--with-events");
    expect((await cli("import", "all.html", "--dir", "copy")).stderr).toContain("missing: the stored file");
    for (const runId of ["r1", "r2"]) expect(await eventsOf("copy", runId)).toEqual(await eventsOf("store", runId));
    await cli("export", "r1", "--dir", "store", "-o", "bare.html");
    expect((await cli("import", "bare.html", "--dir", "copy")).stderr).toContain("--with-events");
    const page = readFileSync(join(dir, "all.html"), "utf8");
    writeFileSync(join(dir, "cut.html"), page.replace(/(<template id="trainlog-runs">.{200})[^<]*/, "$1"));
    expect((await cli("import", "cut.html", "--dir", "copy")).stderr).toContain("are damaged");
  });

  it("shows the settings that differ, and folds those that are equal", async () => {
    await makeStore();
    const { stdout } = await cli("export", "r1", "r2", "--dir", "store", "--format", "html", "-o", "-");
    const [differs = "", equal = ""] = stdout.slice(stdout.indexOf("what differs")).split("The same in all runs");
    expect(differs).toContain(">lr<");
    expect(differs).not.toContain(">same<");
    expect(equal.slice(0, 1000)).toContain(">same<");
  });
});

describe("backup and restore --from", () => {
  it("copy a store, check the copy, and bring back one run or all", async () => {
    await makeStore();
    expect((await cli("backup", "safe", "--dir", "store")).stdout).toContain(
      "holds 2 runs: copied 2 runs and 1 stored file",
    );
    expect((await cli("backup", "safe", "--dir", "store")).stdout).toContain("nothing is new");
    expect((await cli("backup", "safe", "--verify")).stdout).toContain("all is well");
    const before = await eventsOf("store", "r2");
    await cli("rm", "baseline", "--dir", "store");
    expect((await cli("restore", "baseline", "--from", "safe", "--dir", "store")).stdout).toContain("restored  r2");
    expect(await eventsOf("store", "r2")).toEqual(before);
    rmSync(join(dir, "store"), { recursive: true });
    const { code, stdout } = await cli("restore", "--from", "safe", "--dir", "store", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ blobs: 1, runs: [{ outcome: "restored" }, { outcome: "restored" }] });
    expect((await cli("verify", "--dir", "store")).code).toBe(0);
  });

  it("refuse a backup inside of its store, and a restore from what is none", async () => {
    await makeStore();
    expect(await cli("backup", "store/x", "--dir", "store")).toMatchObject({ code: 2 });
    const { code, stderr } = await cli("restore", "--from", "nothing", "--dir", "store");
    expect([code, stderr]).toEqual([1, expect.stringContaining("there is no backup")]);
  });
});
