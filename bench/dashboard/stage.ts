/** @file What the dashboard's figures are taken on: a server in a process of its own, the dashboard as built, and a Chromium. */
import { type ChildProcess, spawn } from "node:child_process";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { openStore } from "trainlog/store";
import { build } from "vite";
import { launchChromium } from "../../scripts/chromium.ts";
import { noisyRows } from "../store-ingest.ts";

const OURS = fileURLToPath(new URL("../ours/", import.meta.url));
const DASHBOARD = resolve(import.meta.dirname, "../../packages/dashboard");

/** Runs and metrics of the page of many charts. */
export const MANY = { runs: 20, metrics: 40, steps: 2000 } as const;

/** Points of the long run. */
export const LONG_POINTS = 1_000_000;

/** Builds the dashboard into a folder. */
export async function buildInto(outDir: string): Promise<void> {
  await build({
    root: DASHBOARD,
    configFile: join(DASHBOARD, "vite.config.ts"),
    logLevel: "silent",
    build: { outDir },
  });
}

/** Fills a folder with the runs that the figures need. */
export async function fillFolder(dir: string): Promise<void> {
  const store = await openStore(dir, { mode: "serve", follow: false, sealAfterMs: false });
  const keys = Array.from({ length: MANY.metrics }, (_, k) => `m/metric_${String(k).padStart(2, "0")}`);
  for (const runId of manyRunIds()) {
    await store.createRun({ runId, project: "bench" });
    await store.append(runId, [{ events: [noisyRows(0, MANY.steps, keys)] }]);
    await store.finishRun(runId, { status: "finished" });
  }
  await store.createRun({ runId: "long", project: "bench" });
  for (let step = 0; step < LONG_POINTS; step += 10_000)
    await store.append("long", [{ events: [noisyRows(step, 10_000, ["loss"])] }]);
  await store.finishRun("long", { status: "finished" });
  await store.close();
}

/** Ids of the runs of the page of many charts. */
export function manyRunIds(): string[] {
  return Array.from({ length: MANY.runs }, (_, r) => `run-${String(r).padStart(2, "0")}`);
}

/** Starts one of the programs beside this folder; `lines` hears of what it prints. */
export function start(
  program: string,
  args: readonly (string | number)[],
  onLine: (line: string) => void,
): ChildProcess {
  const argv = ["--conditions=@trainlog/source", join(OURS, program), ...args.map(String)];
  const child = spawn(process.execPath, argv, { stdio: ["ignore", "pipe", "inherit"] });
  let rest = "";
  child.stdout.on("data", (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line);
  });
  return child;
}

/** Waits for the end of a child, asking it to end first when `signal` is given. */
export async function ended(child: ChildProcess, signal?: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = new Promise((done) => child.once("close", done));
  if (signal !== undefined) child.kill(signal);
  await closed;
}

/** A page on a stage. */
export interface Stage {
  readonly url: string;
  readonly dir: string;
  readonly browser: Browser;
  /** Opens an address in a browser context of its own. */
  visit(path: string, viewport: { readonly width: number; readonly height: number }): Promise<Page>;
}

/** Serves a folder to a Chromium while `work` runs. */
export async function onStage<T>(dir: string, dashboardDir: string, work: (stage: Stage) => Promise<T>): Promise<T> {
  let tellUrl: (url: string) => void = () => undefined;
  const listening = new Promise<string>((told) => (tellUrl = told));
  const server = start("serve-dashboard.ts", [dir, dashboardDir], (line) => tellUrl(line));
  const browser = await launchChromium();
  try {
    const url = await listening;
    const visit = async (path: string, viewport: { width: number; height: number }): Promise<Page> => {
      const page = await (await browser.newContext({ viewport })).newPage();
      if (path !== "") await page.goto(url + path);
      return page;
    };
    return await work({ url, dir, browser, visit });
  } finally {
    await browser.close();
    await ended(server, "SIGTERM");
  }
}
