import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openStore, type Store } from "trainlog/store";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchChromium } from "../scripts/chromium.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "trainlog-examples-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Starts an example against the store in `folder`. */
function startExample(name: string, ...args: string[]) {
  const script = fileURLToPath(new URL(name, import.meta.url));
  const env = { ...process.env, TRAINLOG_DIR: join(folder, "trainlog") };
  return spawn(process.execPath, ["--conditions=@trainlog/source", script, ...args], { cwd: folder, env });
}

/** Runs an example to its end and gives what it printed. */
async function runExample(name: string, ...args: string[]): Promise<string> {
  const child = startExample(name, ...args);
  let output = "";
  let errors = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
  const code = await new Promise((settle) => child.once("close", settle));
  expect({ code, errors }).toEqual({ code: 0, errors: "" });
  return output;
}

async function withStore<T>(use: (store: Store) => Promise<T>): Promise<T> {
  await using store = await openStore(join(folder, "trainlog"), { mode: "read" });
  return await use(store);
}

describe("examples", () => {
  it("01 logs a run that ends well and gets better", async () => {
    await runExample("01-log-a-run.ts");
    await withStore(async (store) => {
      const [run] = await store.findRuns("first-run");
      expect(run).toMatchObject({ state: "finished", rowCount: 200, lastStep: 199, project: "examples" });
      const loss = (await store.metrics(run!.runId)).find(({ key }) => key === "loss");
      expect(loss!.last).toBeLessThan(0.01);
    });
  });

  it("02 logs every kind of media that it names, an artifact and an alert", async () => {
    await runExample("02-media.ts");
    await withStore(async (store) => {
      const [run] = await store.findRuns("media");
      const { keys } = await store.media(run!.runId);
      expect(keys.map(({ key, kind, count }) => `${key} ${kind} ${count}`).sort()).toEqual([
        "comment text 5",
        "confusion confusion-matrix 5",
        "noise histogram 5",
        "predictions table 5",
        "ripple image 5",
      ]);
      expect(await store.artifacts(run!.runId)).toMatchObject([
        { name: "labels", kind: "dataset", direction: "produced" },
      ]);
      expect((await store.getRun(run!.runId)).alerts).toMatchObject([{ title: "The dog is a dog" }]);
    });
  });

  it("03 writes files that read back", async () => {
    expect(await runExample("03-train-log-json.ts", folder)).toContain(
      "halving of examples, lr=0.5, 11 rows, 1 artifact",
    );
    expect(existsSync(join(folder, "confusion.json"))).toBe(true);
  });

  it("04 goes on where it stopped", async () => {
    expect(await runExample("04-resume.ts")).toContain("logged steps 0 to 49");
    expect(await runExample("04-resume.ts")).toContain("logged steps 50 to 99");
    await withStore(async (store) =>
      expect(await store.getRun("resumed-run")).toMatchObject({ rowCount: 100, state: "finished" }),
    );
  });

  it("05 sends a run to a server", async () => {
    expect(await runExample("05-http-to-server.ts")).toContain(": finished, 100 rows");
  });

  it("06 trains in a page and logs to the server", async () => {
    const example = startExample("06-browser.ts");
    try {
      const address = await firstMatch(example.stdout, /open (http:\S+)/);
      const browser = await launchChromium();
      try {
        const page = await browser.newPage();
        await page.goto(address);
        await page.waitForSelector("text=finished: y = ", { timeout: 20_000 });
        expect(await page.locator("#state").textContent()).toMatch(/y = (2\.[6-9]|3\.[0-4])/);
        expect(await page.locator("train-log svg").count()).toBeGreaterThan(0);
      } finally {
        await browser.close();
      }
      const server = new URL(address).searchParams.get("server");
      const answer = await fetch(`${server}/api/v1/runs?project=examples&q=in-the-browser`);
      expect(await answer.json()).toMatchObject({
        runs: [{ name: "in-the-browser", state: "finished", rowCount: 120 }],
      });
    } finally {
      example.kill("SIGINT");
      await new Promise((settle) => example.once("close", settle));
    }
  });
});

/** The first group of the first match in a stream of text. */
function firstMatch(stream: NodeJS.ReadableStream, pattern: RegExp): Promise<string> {
  let seen = "";
  return new Promise((settle, fail) => {
    stream.on("data", (text: Buffer | string) => {
      seen += text;
      const found = pattern.exec(seen)?.[1];
      if (found !== undefined) settle(found);
    });
    stream.once("end", () => fail(new Error(`no ${pattern} in ${JSON.stringify(seen)}`)));
  });
}
