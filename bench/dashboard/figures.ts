/** @file How each figure of the dashboard is taken, from outside: what a person at the page would see, and when. */
import type { Page } from "playwright-core";
import { median } from "../measure.ts";
import { ended, LONG_POINTS, MANY, manyRunIds, type Stage, start } from "./stage.ts";

/** A screen that shows all 40 charts at once, so that none can be left for later. */
const TALL = { width: 1920, height: 3400 };
const DESK = { width: 1280, height: 800 };

/**
 * Makes a page note, in `window.seen`, when a frame with a label that matches was painted: a chart says in its label what it has just drawn.
 *
 * @param pattern - What labels of charts must match.
 * @param charts - How many charts must.
 */
async function noteFrames(page: Page, pattern: string, charts: number): Promise<void> {
  await page.addInitScript(
    ({ pattern, charts }) => {
      const seen: { label: string; atMs: number }[] = [];
      Object.assign(window, { seen });
      const expression = new RegExp(pattern);
      let last = "";
      const note = (): void => {
        const labels = [...document.querySelectorAll(".chart-plot[aria-label]")].map((chart) => chart.ariaLabel ?? "");
        const fitting = labels.filter((label) => expression.test(label));
        const label = fitting[0] ?? "";
        if (fitting.length < charts || label === last) return;
        last = label;
        // After the frame that this is part of: its painting counts.
        requestAnimationFrame(() =>
          setTimeout(() => seen.push({ label, atMs: performance.timeOrigin + performance.now() }), 0),
        );
      };
      const watched = { subtree: true, childList: true, attributes: true, attributeFilter: ["aria-label"] };
      new MutationObserver(note).observe(document, watched);
    },
    { pattern, charts },
  );
}

interface SeenFrame {
  readonly label: string;
  readonly atMs: number;
}

/** The frames that {@link noteFrames} noted; waits for the first. */
async function seenFrames(page: Page): Promise<readonly SeenFrame[]> {
  const read = (): readonly SeenFrame[] | undefined => {
    // `noteFrames` put it there.
    const { seen } = window as unknown as { seen?: readonly SeenFrame[] };
    return seen !== undefined && seen.length > 0 ? seen : undefined;
  };
  const handle = await page.waitForFunction(read, undefined, { timeout: 60_000 });
  return (await handle.jsonValue()) ?? [];
}

/** Time from navigation to the frame in which the last of all charts has all its lines, in milliseconds. */
export async function manyChartsMs(stage: Stage): Promise<number> {
  const page = await stage.visit("", TALL);
  await noteFrames(page, `: ${MANY.runs} runs,`, MANY.metrics);
  await page.goto(`${stage.url}/runs/${manyRunIds().join(",")}`);
  const [frame] = await seenFrames(page);
  const startMs = await page.evaluate(() => performance.timeOrigin);
  await page.context().close();
  return (frame?.atMs ?? Number.NaN) - startMs;
}

/** Times from the release of the button that zooms a chart of a million points to the frame with the range in full resolution, in milliseconds. */
export async function zoomMs(stage: Stage, rounds: number): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < rounds; i++) {
    const page = await stage.visit("", DESK);
    // The coarse line has some 60 buckets in a tenth of its range; 300 and more are the answer.
    await noteFrames(page, ", ([3-9]\\d\\d|1,\\d\\d\\d) of (?!1,000,000)[\\d,]+ points$", 1);
    await page.goto(`${stage.url}/runs/long`);
    const points = LONG_POINTS.toLocaleString("en-US");
    await page.waitForFunction(
      (end) => document.querySelector(".chart-plot")?.ariaLabel?.endsWith(end),
      `of ${points} points`,
    );
    await page.evaluate(() => {
      const note = (): void => void performance.mark("released");
      document.addEventListener("mouseup", note, { capture: true });
    });
    await page.waitForTimeout(300);
    await drag(page, 0.1 + i * 0.05, 0.2 + i * 0.05);
    const [frame] = await seenFrames(page);
    const released = await page.evaluate(
      () => performance.timeOrigin + (performance.getEntriesByName("released")[0]?.startTime ?? Number.NaN),
    );
    times.push((frame?.atMs ?? Number.NaN) - released);
    await page.context().close();
  }
  return times;
}

async function drag(page: Page, from: number, to: number): Promise<void> {
  const box = await page.locator(".chart-plot .u-over").first().boundingBox();
  if (box === null) throw new Error("the chart is not in view");
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + box.width * from, y);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * to, y, { steps: 4 });
  await page.mouse.up();
}

/** Times from just before `log()` in a script to the frame that shows its value, in milliseconds, for a script that logs every quarter of a second. */
export async function latencyMs(stage: Stage, seconds: number): Promise<number[]> {
  const loggedAt = new Map<number, number>();
  const take = (line: string): void => {
    const { row, atMs } = JSON.parse(line) as { row: number; atMs: number };
    loggedAt.set(row, atMs);
  };
  const script = start("log-at-pace.ts", [stage.dir, "latency", 1, 250, seconds], take);
  const page = await stage.visit("", DESK);
  await noteFrames(page, "last \\d+ at step", 1);
  await page.goto(`${stage.url}/runs/latency`);
  await ended(script);
  await page.waitForTimeout(1000);
  const frames = await seenFrames(page);
  await page.context().close();
  // The first frames wait for the page to open.
  return frames.slice(4).flatMap(({ label, atMs }) => {
    const logged = loggedAt.get(Number(/last (\d+) at/.exec(label)?.[1]));
    return logged === undefined ? [] : [atMs - logged];
  });
}

/** What a page of 10 charts costs while a script logs 200 rows per second. */
export interface LiveCost {
  /** Share of one core that the page's process takes. */
  readonly core: number;
  /** Growth of its heap, after a collection at both ends, in bytes. */
  readonly heapBytes: number;
}

/** Watches a live run for a while. */
export async function liveCost(stage: Stage, seconds: number): Promise<LiveCost> {
  const script = start("log-at-pace.ts", [stage.dir, "busy", 10, 5, seconds + 15], () => undefined);
  const page = await stage.visit("/", DESK);
  await page.goto(`${stage.url}/runs/busy`);
  await page.waitForFunction(
    () => document.querySelectorAll('.chart-plot[aria-label*="last"]').length >= 6,
    undefined,
    { timeout: 30_000 },
  );
  await page.waitForTimeout(3000);
  const session = await page.context().newCDPSession(page);
  const heap = async (): Promise<number> => {
    await session.send("HeapProfiler.collectGarbage");
    return (await session.send("Runtime.getHeapUsage")).usedSize;
  };
  const [heapBefore, cpuBefore, startMs] = [await heap(), await rendererCpuS(stage), performance.now()];
  await page.waitForTimeout(seconds * 1000);
  const passedS = (performance.now() - startMs) / 1000;
  const core = ((await rendererCpuS(stage)) - cpuBefore) / passedS;
  const heapBytes = (await heap()) - heapBefore;
  await page.context().close();
  await ended(script, "SIGTERM");
  return { core, heapBytes };
}

/** CPU seconds of all pages' processes so far. */
async function rendererCpuS(stage: Stage): Promise<number> {
  const session = await stage.browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  return processInfo.filter(({ type }) => type === "renderer").reduce((sum, { cpuTime }) => sum + cpuTime, 0);
}

/** Runs a measurement several times and gives the middle one. */
export async function medianOf(runs: number, measure: () => Promise<number>): Promise<number> {
  const values: number[] = [];
  for (let i = 0; i < runs; i++) values.push(await measure());
  return median(values);
}
