import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Data } from "@trainlog/nn";
import { openStore } from "trainlog/store";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchChromium } from "../../scripts/chromium.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "trainlog-nn-examples-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Starts an example as its first comment says. */
function startExample(name: string): ChildProcessWithoutNullStreams {
  const script = fileURLToPath(new URL(name, import.meta.url));
  const env = { ...process.env, TRAINLOG_DIR: join(folder, "trainlog"), TMPDIR: folder };
  return spawn(process.execPath, ["--conditions=@trainlog/source", script], { cwd: folder, env });
}

/** Runs an example to its end, and gives what it printed. */
async function runExample(name: string): Promise<string> {
  const child = startExample(name);
  let output = "";
  let errors = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
  const code = await new Promise((settle) => child.once("close", settle));
  // Progress goes to the error output; nothing else does.
  const complaints = errors.split("\n").filter((line) => line !== "" && !/^step \d+\/\d+: loss /.test(line));
  expect({ code, complaints }).toEqual({ code: 0, complaints: [] });
  return output;
}

/** What a process prints until it prints `mark`. */
async function untilPrinted(process: ChildProcess, mark: string): Promise<string> {
  let output = "";
  for await (const text of process.stdout ?? []) {
    output += text;
    if (output.includes(mark)) break;
  }
  return output;
}

/** The numbers of the first match of a pattern. */
function numbersIn(output: string, pattern: RegExp): number[] {
  const found = pattern.exec(output);
  if (found === null) throw new Error(`no ${pattern} in ${JSON.stringify(output)}`);
  return found.slice(1).map(Number);
}

/** What the store has of an example's runs. */
async function runsOf(name: string) {
  await using store = await openStore(join(folder, "trainlog"), { mode: "read" });
  return await store.findRuns(name);
}

/** Share of the words that occur in the tales; of letters at random hardly any does. */
function shareOfWords(text: string): number {
  const wordsOf = (written: string): string[] => written.toLowerCase().match(/[a-z]{2,}/g) ?? [];
  const known = new Set(wordsOf(Data.tales({ length: 50_000 })));
  const words = wordsOf(text.replaceAll("\\n", " "));
  return words.filter((word) => known.has(word)).length / words.length;
}

// Each needs seconds; on a machine that is busy with other things it may be minutes.
describe("examples of @trainlog/nn", { timeout: 300_000 }, () => {
  it("01 fits the function and logs the run", async () => {
    const output = await runExample("01-regression.ts");
    const [before = 0, after = 1] = numbersIn(output, /loss +(\S+) → (\S+)/);
    expect(after).toBeLessThan(before / 100);
    expect(numbersIn(output, /heldout = (\S+)/)[0]).toBeCloseTo(0.2, 1);
    expect(await runsOf("nn-01-regression")).toMatchObject([{ state: "finished", project: "examples", lastStep: 199 }]);
  });

  it("02 predicts rents much better than their mean", async () => {
    const output = await runExample("02-csv.ts");
    const [error = Infinity] = numbersIn(output, /has not seen: (\d+) euro/);
    const [naive = 0] = numbersIn(output, /every time: (\d+) euro/);
    expect(error).toBeLessThan(naive / 4);
    // 64 m² · 14 euro · (1 + 38 / 400) + 60 euro for the balcony.
    const [rent = 0] = numbersIn(output, /balcony: (\d+) euro/);
    expect(Math.abs(rent - 1041)).toBeLessThan(100);
  });

  it("03 reads at least 97 % of the digits", async () => {
    const [accuracy] = numbersIn(await runExample("03-digits-cnn.ts"), /unseen digits: (\S+) %/);
    expect(accuracy).toBeGreaterThanOrEqual(97);
  });

  it("04 gives the digits back, and draws them", async () => {
    const output = await runExample("04-autoencoder.ts");
    const [error = 1, ofAverage = 0] = numbersIn(output, /squared error: (\S+), of the average picture (\S+)/);
    expect(error).toBeLessThan(ofAverage / 3);
    expect(output.match(/[#%@]{2}/g)?.length).toBeGreaterThan(50);
  });

  it("05 learns to spell", async () => {
    const output = await runExample("05-char-gru.ts");
    expect(numbersIn(output, /bits per character: (\S+)/)[0]).toBeLessThan(0.8);
    expect(shareOfWords(output.slice(output.indexOf("One grey morning")))).toBeGreaterThan(0.8);
  });

  it("06 writes tales, where it wrote letters at random before", async () => {
    const output = await runExample("06-char-transformer.ts");
    const [, before = "", after = ""] = /probe tale +(".*") → (".*")/.exec(output) ?? [];
    expect(shareOfWords(before)).toBeLessThan(0.3);
    expect(shareOfWords(after)).toBeGreaterThan(0.8);
    expect(numbersIn(output, /evaluation +loss \S+, accuracy (\S+),/)[0]).toBeGreaterThan(0.8);
  });

  it("07 solves the heat equation", async () => {
    const output = await runExample("07-pinn.ts");
    expect(numbersIn(output, /largest error .*: (\S+)/)[0]).toBeLessThan(0.05);
    expect(await runsOf("nn-07-pinn")).toMatchObject([{ state: "finished" }]);
  });

  it("08 learns to balance the pole", async () => {
    const output = await runExample("08-reinforce.ts");
    expect(numbersIn(output, /step +0: the pole stays up for (\d+) moves/)[0]).toBeLessThan(50);
    expect(numbersIn(output, /in the last ten steps: (\d+) of 200/)[0]).toBeGreaterThan(150);
  });

  it("09 goes on where PyTorch stopped", async () => {
    const output = await runExample("09-transfer.ts");
    const [old = 0, imported = 100, scratch = 100, head = 0, all = 0] = [...output.matchAll(/(\S+) %/g)].map(([, n]) =>
      Number(n),
    );
    expect(old).toBeGreaterThan(90);
    expect(Math.max(imported, scratch)).toBeLessThan(60);
    expect(Math.min(head, all)).toBeGreaterThan(80);
  });

  it("10 stops when it is good enough", async () => {
    const output = await runExample("10-explicit-loop.ts");
    const [steps = 0] = numbersIn(output, /stopped after (\d+) steps/);
    expect(steps).toBeLessThan(3000);
    expect(await runsOf("nn-10-explicit-loop")).toMatchObject([{ state: "finished", lastStep: steps - 1 }]);
  });

  it("11 trains on windows of a large file, and removes it", async () => {
    const output = await runExample("11-file-windows.ts");
    const [first = 0, recent = 9] = numbersIn(output, /loss (\S+) → (\S+),/);
    expect(first).toBeGreaterThan(3);
    expect(recent).toBeLessThan(1);
    expect(readdirSync(folder).filter((name) => name.startsWith("tales-"))).toEqual([]);
  });

  it("12 finds the model in order", async () => {
    expect((await runExample("12-diagnostics.ts")).match(/^yes /gm)).toHaveLength(4);
  });

  it("13 learns digits in a worker of a page, shows what it reads, and logs to the server", async () => {
    const example = startExample("13-browser.ts");
    try {
      const [address = ""] = /http:\S+server=\S+/.exec(await untilPrinted(example, "Ctrl-C")) ?? [];
      await using browser = await launchChromium();
      const page = await browser.newPage();
      const problems: string[] = [];
      page.on("pageerror", (error) => problems.push(String(error)));
      await page.goto(address);
      await page.waitForFunction(() => /^(finished|failed)/.test(document.querySelector("#state")?.textContent ?? ""));
      const [percent = 0] = numbersIn((await page.locator("#state").textContent()) ?? "", /finished: (\S+) %/);
      expect(percent).toBeGreaterThan(95);
      expect(await page.locator("train-log svg").count()).toBeGreaterThan(0);
      expect(await page.locator("#digits li").count()).toBe(12);
      expect(problems).toEqual([]);
    } finally {
      example.kill("SIGINT");
      await new Promise((settle) => example.once("close", settle));
    }
    expect(await runsOf("nn-13-browser")).toMatchObject([{ state: "finished", lastStep: 300 }]);
  });
});
