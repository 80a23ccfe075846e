import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { type RunningServer, startServer } from "trainlog/server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchChromium } from "../../../../scripts/chromium.ts";
import { bundleForBrowser, type PageServer, servePage } from "./page-server.ts";
import type { WorkerAnswer } from "./script.ts";
import { type DigitsJob, type DigitsResult, trainDigits } from "./train-digits.ts";

const STEPS = 200;
/** A busy machine takes long to start a browser. */
const TIMEOUT_MS = 120_000;

let browser: Browser;
let pages: PageServer;
let server: RunningServer;
const dir = mkdtempSync(join(tmpdir(), "trainlog-nn-browser-"));

beforeAll(async () => {
  pages = await servePage(await bundleForBrowser(new URL("script.ts", import.meta.url)));
  server = await startServer({ dir, port: 0, allowedOrigins: [pages.origin] });
  await server.ready;
  browser = await launchChromium();
}, TIMEOUT_MS);

afterAll(async () => {
  await browser?.close();
  await pages?.close();
  await server?.close();
  rmSync(dir, { recursive: true, force: true });
});

/** Opens a page and fails with its errors, if there are any. */
async function visit<T>(path: "/" | "/isolated/", look: (page: Page) => Promise<T>): Promise<T> {
  const page = await browser.newPage();
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("console", (message) => problems.push(message.text()));
  await page.goto(pages.origin + path);
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(path === "/isolated/");
  try {
    return await look(page);
  } finally {
    await page.close();
    expect(problems).toEqual([]);
  }
}

/** Trains in a worker of the page; also says how many workers the training started in turn. */
async function trainInWorker(page: Page, job: DigitsJob): Promise<{ result: DigitsResult; helpers: number }> {
  const answer = await page.evaluate(
    (sent) =>
      new Promise<WorkerAnswer>((resolve, reject) => {
        const worker = new Worker("script.js", { type: "module" });
        worker.onmessage = ({ data }: MessageEvent<WorkerAnswer>) => resolve(data);
        worker.onerror = ({ message }) => reject(new Error(message));
        worker.postMessage(sent);
      }),
    job,
  );
  if ("error" in answer) throw new Error(answer.error);
  return { result: answer.result, helpers: page.workers().length - 1 };
}

/** The losses that the server has of a run. */
async function loggedLosses(runId: string): Promise<unknown> {
  const { values } = await askServer(`${runId}/points?key=loss&limit=${2 * STEPS}`);
  return values;
}

async function askServer(path: string): Promise<Record<string, unknown>> {
  return (await fetch(`${server.url}/api/v1/runs/${path}`)).json();
}

describe("training in a worker of a page", () => {
  // The same training here, where there are as many threads as in the isolated page: browsers and Node give the same bits.
  let here: DigitsResult;
  beforeAll(async () => {
    here = await trainDigits({ steps: STEPS, backend: "compiled" });
  }, TIMEOUT_MS);

  it.each([
    ["/isolated/", "on several threads"],
    ["/", "on one thread"],
  ] as const)(
    "%s: %s, with Node's bits, and a run on the server",
    async (path, _) => {
      const { result, helpers } = await visit(path, (page) =>
        trainInWorker(page, { server: server.url, steps: STEPS, backend: "compiled" }),
      );
      expect(result.accuracy).toBeGreaterThanOrEqual(0.97);
      const cores = path === "/isolated/" ? await browserCores() : 1;
      expect([result.threads, helpers]).toEqual([cores, cores - 1]);
      expect(result.losses).toEqual(here.losses);
      expect(result.parameterBits).toBe(here.parameterBits);
      expect(await loggedLosses(result.runId ?? "")).toEqual(result.losses);
      const run = await askServer(result.runId ?? "");
      expect(run).toMatchObject({
        state: "finished",
        lastStep: STEPS - 1,
        config: { backend: "compiled", steps: STEPS },
      });
    },
    TIMEOUT_MS,
  );
});

describe("training on a page's main thread", () => {
  // It may not sleep there, so it spins until the other threads are done.
  it.each(["/isolated/", "/"] as const)(
    "%s: eager and compiled, with Node's bits",
    async (path) => {
      for (const backend of ["eager", "compiled"] as const) {
        const job: DigitsJob = { steps: 20, backend };
        const result = await visit(path, (page) => trainOnPage(page, job));
        const here = await trainDigits(job);
        expect(result.losses).toEqual(here.losses);
        expect(result.parameterBits).toBe(here.parameterBits);
      }
    },
    TIMEOUT_MS,
  );
});

/** Cores that Chromium knows of. */
function browserCores(): Promise<number> {
  return visit("/", (page) => page.evaluate(() => navigator.hardwareConcurrency));
}

/** Trains on the main thread. */
async function trainOnPage(page: Page, job: DigitsJob): Promise<DigitsResult> {
  await page.addScriptTag({ url: "script.js", type: "module" });
  return await page.evaluate((sent) => globalThis.trainHere(sent), job);
}
