import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { chartOf, eventually, LiveDashboard } from "./live-dashboard.ts";

let dashboard: LiveDashboard;

beforeAll(async () => {
  dashboard = await LiveDashboard.open();
  const { server } = dashboard;
  await server.createRun({ runId: "live", project: "p", name: "live one" });
  await server.sendRows("live", 0, 50, {
    "train/loss": (step) => 5 - step / 100,
    lr: () => 0.1,
    "system/cpu": () => 50,
  });
  await server.createRun({ runId: "long", project: "p", name: "long one" });
  await server.sendRows("long", 0, 20_000, { loss: (step) => Math.sin(step / 2000) + (step === 12_345 ? 10 : 0) });
});

afterEach(async () => {
  await dashboard.closePages();
  expect(dashboard.problems.splice(0)).toEqual([]);
});

afterAll(() => dashboard.close());

/** Waits until the chart's label says something. */
async function label(page: Page, metric: string, pattern: RegExp): Promise<string> {
  const chart = chartOf(page, metric);
  await eventually(() => chart.getAttribute("aria-label")).toMatch(pattern);
  return (await chart.getAttribute("aria-label")) ?? "";
}

/** Pixels of a chart's canvas that are not empty, by column: where lines stand. */
function inkAt(page: Page, metric: string): Promise<string> {
  return chartOf(page, metric)
    .locator("canvas")
    .evaluate((element) => {
      const canvas = element as HTMLCanvasElement;
      return canvas.toDataURL();
    });
}

async function drag(page: Page, metric: string, from: number, to: number): Promise<void> {
  const over = chartOf(page, metric).locator(".u-over");
  const box = await over.boundingBox();
  if (box === null) throw new Error("the chart is not in view");
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + box.width * from, y);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * ((from + to) / 2), y, { steps: 3 });
  await page.mouse.move(box.x + box.width * to, y, { steps: 3 });
  await page.mouse.up();
}

describe("charts", () => {
  it("stand in groups by prefix, system metrics last", async () => {
    const page = await dashboard.visit("/runs/live");
    await label(page, "train/loss", /50 points/);
    const groups = await page.locator(".chart-group > h2 button").allInnerTexts();
    expect(groups.map((text) => text.split("\n")[0]?.trim())).toEqual(["metrics", "train", "system"]);
  });

  it("move while points are appended, without asking for the series again", async () => {
    const page = await dashboard.visit("/runs/live");
    await label(page, "train/loss", /last 4.51 at step 49/);
    await eventually(() => page.locator(".live").innerText()).toBe("live");
    const before = await inkAt(page, "train/loss");
    let requests = 0;
    page.on("request", (request) => {
      if (request.url().endsWith("/series")) requests++;
    });
    for (let step = 50; step < 60; step++)
      await dashboard.server.sendRows("live", step, 1, { "train/loss": () => step });
    await label(page, "train/loss", /last 59 at step 59, between 4.51 and 59, 60 points/);
    expect(await inkAt(page, "train/loss")).not.toBe(before);
    expect(requests).toBe(0);
  });

  it("show a metric that appears later", async () => {
    await dashboard.server.createRun({ runId: "young", project: "p" });
    const page = await dashboard.visit("/runs/young");
    await page.getByText("No numbers logged yet").waitFor();
    await dashboard.server.sendRows("young", 0, 3, { first: (step) => step });
    await label(page, "first", /last 2 at step 2, between 0 and 2, 3 points/);
  });

  it("say how many of how many points they draw, and fetch every point of a small range", async () => {
    const page = await dashboard.visit("/runs/long");
    const whole = await label(page, "loss", /of 20,000 points/);
    expect(whole).toMatch(/between −1 and 9\.89/);
    expect(Number(/, (\d+) of/.exec(whole)?.[1])).toBeLessThanOrEqual(1201);
    await drag(page, "loss", 0.5, 0.505);
    expect(page.url()).not.toContain("zoom");
    await drag(page, "loss", 0.5, 0.52);
    await eventually(() => page.url()).toMatch(/zoom=\d+\.\.\d+/);
    await label(page, "loss", /, \d+ points$/);
    await chartOf(page, "loss").locator(".u-over").dblclick();
    await label(page, "loss", /of 20,000 points/);
    expect(page.url()).not.toContain("zoom");
  });

  it("keep the view in the address, so that back and forward and a copied link work", async () => {
    const page = await dashboard.visit("/runs/long?zoom=12300..12400&y=log&smooth=ema:0.5");
    await label(page, "loss", /, 101 points$/);
    expect(await page.getByLabel("Log y").isChecked()).toBe(true);
    expect(await page.getByLabel("Kind of smoothing").inputValue()).toBe("ema");
    await page.getByLabel("X axis").selectOption("relative");
    await eventually(() => page.url()).toContain("x=relative");
    await page.goBack();
    await label(page, "loss", /, 101 points$/);
    await page.goForward();
    await label(page, "loss", /of 20,000 points/);
  });

  it("tell the value under the cursor, also by keyboard", async () => {
    const page = await dashboard.visit("/runs/live");
    await label(page, "lr", /last 0.1 at/);
    await chartOf(page, "lr").focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await eventually(() => chartOf(page, "lr").locator(".cursor-values").innerText()).toMatch(/step 1\s+0\.1/);
    // The cursor is shared: the other chart tells its own value of the same step.
    await eventually(() => chartOf(page, "train/loss").locator(".cursor-values").innerText()).toMatch(/step 1\s+4\.99/);
    await page.keyboard.press("Escape");
    await chartOf(page, "lr").locator(".cursor-values").waitFor({ state: "detached" });
  });

  it("overlay several runs, each in the colour that it has everywhere", async () => {
    const { server } = dashboard;
    await server.createRun({ runId: "other", project: "p", name: "other one" });
    await server.sendRows("other", 0, 30, { "train/loss": () => 1 });
    const page = await dashboard.visit("/runs/live,other?metrics=train");
    await label(page, "train/loss", /2 runs, 90 points/);
    const both = await inkAt(page, "train/loss");
    await page.getByLabel("other one", { exact: false }).first().uncheck();
    await label(page, "train/loss", /, 60 points$/);
    expect(await inkAt(page, "train/loss")).not.toBe(both);
    expect(page.url()).toContain("hidden=other");
  });

  it("leave gaps for NaN and say how many there are", async () => {
    await dashboard.server.createRun({ runId: "gaps", project: "p" });
    await dashboard.server.sendRows("gaps", 0, 10, { loss: (step) => (step === 5 ? Number.NaN : 1) });
    const page = await dashboard.visit("/runs/gaps");
    await eventually(() => page.locator(".chart-count").innerText()).toBe("10 points, 1 NaN or ∞");
  });
});

describe("the view of charts", () => {
  it("stands over another metric, with what was logged at the same step", async () => {
    await dashboard.server.createRun({ runId: "over", project: "p" });
    await dashboard.server.sendRows("over", 0, 5, { loss: (step) => 5 - step, seen: (step) => step * 1000 });
    const page = await dashboard.visit("/runs/over");
    await label(page, "loss", /last 1 at step 4/);
    await page.getByLabel("X axis").selectOption({ label: "seen" });
    await label(page, "loss", /last 1 at seen 4,000/);
    expect(page.url()).toContain("x=metric:seen");
    await dashboard.server.sendRows("over", 5, 1, { loss: () => 0.5, seen: () => 5000 });
    await label(page, "loss", /last 0.5 at seen 5,000/);
    await drag(page, "loss", 0.1, 0.5);
    await eventually(() => page.url()).toMatch(/zoom=\d+(\.\d+)?\.\.\d+/);
    await label(page, "loss", /, [23] points$/);
  });

  it("pins, moves and enlarges charts by menu, and says so in the address", async () => {
    const page = await dashboard.visit("/runs/live");
    await label(page, "train/loss", /at step/);
    await page.getByLabel("More for train/loss").click();
    await page.getByRole("button", { name: "Pin to the top" }).click();
    await eventually(() => page.url()).toContain("pin=train/loss");
    const metrics = () =>
      page.locator(".chart-card").evaluateAll((cards) => cards.map((card) => card.dataset["metric"]));
    await eventually(metrics).toEqual(["train/loss", "lr", "system/cpu"]);
    await page.getByLabel("More for lr").click();
    await page.getByRole("button", { name: "Pin to the top" }).click();
    await page.getByLabel("More for lr").click();
    await page.getByRole("button", { name: "Move earlier" }).click();
    await eventually(metrics).toEqual(["lr", "train/loss", "system/cpu"]);
    await page.getByLabel("Size").selectOption("large");
    await eventually(() => page.url()).toMatch(/pin=lr,train\/loss.*size=large/);
    await page.reload();
    await eventually(metrics).toEqual(["lr", "train/loss", "system/cpu"]);
  });

  it("draws with log axes and without outliers, and marks the best point", async () => {
    const { server } = dashboard;
    await server.createRun({ runId: "goal", project: "p" });
    await server.send("goal", [{ type: "metric", key: "loss", goal: "min" }]);
    await server.sendRows("goal", 0, 100, { loss: (step) => (step === 60 ? 1000 : 100 / (step + 1)) });
    const page = await dashboard.visit("/runs/goal");
    await label(page, "loss", /100 points/);
    const pictures = [await inkAt(page, "loss")];
    for (const box of ["Log x", "Log y", "Ignore outliers"]) {
      await page.getByLabel(box).check();
      await eventually(() => inkAt(page, "loss")).not.toBe(pictures.at(-1));
      pictures.push(await inkAt(page, "loss"));
    }
    expect(page.url()).toMatch(/xscale=log.*y=log.*outliers=ignore/);
    expect(new Set(pictures).size).toBe(4);
  });
});

describe("a chart as a file", () => {
  async function save(page: Page, entry: string): Promise<{ readonly name: string; readonly bytes: Buffer }> {
    await page.getByLabel("More for loss").click();
    const waiting = page.waitForEvent("download");
    await page.getByRole("button", { name: entry, exact: true }).click();
    const download = await waiting;
    return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
  }

  it("is a picture or the numbers, as drawn or every one", async () => {
    const page = await dashboard.visit("/runs/long?zoom=0..9999&smooth=ema:0.5");
    await label(page, "loss", /of 10,000 points/);
    const svg = await save(page, "Save as SVG");
    expect(svg.name).toBe("loss.svg");
    expect(svg.bytes.toString()).toMatch(/^<svg [\s\S]*loss · long one[\s\S]*<\/svg>$/);
    const png = await save(page, "Save as PNG");
    expect([...png.bytes.subarray(1, 4)]).toEqual([..."PNG"].map((letter) => letter.charCodeAt(0)));
    expect(png.bytes.readUInt32BE(16)).toBe(1920);
    const shown = (await save(page, "Save as CSV, as shown")).bytes.toString().trim().split("\r\n");
    expect(shown[0]).toBe("run,run_id,step,value,mean,min,max");
    expect(shown.length).toBeGreaterThan(300);
    const raw = (await save(page, "Save as CSV, every point")).bytes.toString().trim().split("\r\n");
    expect(raw).toHaveLength(20_001);
    expect(raw[12_346]).toMatch(/^long one,long,12345,\d{4}-.*Z,9\.8/);
  });
});

describe("runs compared", () => {
  const SEEDS = ["seed-0", "seed-1", "seed-2"];

  beforeAll(async () => {
    for (const [seed, runId] of SEEDS.entries()) {
      const config = { lr: seed === 2 ? 0.1 : 0.01, seed };
      await dashboard.server.createRun({ runId, project: "sweep", name: `run ${seed}`, config });
      await dashboard.server.sendRows(runId, 0, 20, { loss: (step) => seed + step / 10 });
    }
  });

  it("are found by a filter, and their address names them", async () => {
    const page = await dashboard.visit(`/compare?project=sweep&filter=${encodeURIComponent("config.lr = 0.01")}`);
    await label(page, "loss", /2 runs, 40 points/);
    expect(page.url()).toMatch(/\/runs\/seed-[01],seed-[01]$/);
    await page.goto(`${dashboard.server.url}/compare?project=sweep&filter=${encodeURIComponent("config.lr = 7")}`);
    await page.getByText("No run matches").waitFor();
  });

  it("are shown alone or with all others, with their values in the legend", async () => {
    const page = await dashboard.visit(`/compare?runs=${SEEDS.join()}`);
    await label(page, "loss", /3 runs, 60 points/);
    await page.getByRole("button", { name: "Show only run 1" }).click();
    await label(page, "loss", /last 2\.9 at step 19/);
    await page.getByRole("button", { name: "Show all" }).click();
    await label(page, "loss", /3 runs, 60 points/);
    await chartOf(page, "loss").focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await eventually(() => page.locator(".legend-value").allInnerTexts()).toEqual(["0.1", "1.1", "2.1"]);
  });

  it("are joined to groups by their configuration, each with mean and band", async () => {
    const page = await dashboard.visit(`/runs/${SEEDS.join()}`);
    await label(page, "loss", /3 runs, 60 points/);
    await page.getByLabel("Group runs by").selectOption("config:lr");
    await label(page, "loss", /2 groups of 3 runs, 60 points/);
    await chartOf(page, "loss").focus();
    await page.keyboard.press("ArrowRight");
    await eventually(() => chartOf(page, "loss").locator(".cursor-values").innerText()).toMatch(/0\.01\s+0\.5\s+0 … 1/);
    await page.getByLabel("Band of a group").selectOption("std");
    await eventually(() => page.url()).toMatch(/group=config:lr&band=std/);
  });
});

describe("system metrics", () => {
  it("stand over time beside charts over steps, and share no cursor and no range with them", async () => {
    const page = await dashboard.visit("/runs/live?zoom=10..20");
    await label(page, "train/loss", /at step/);
    await label(page, "system/cpu", /last 50 at 4\.9s, between 50 and 50, 50 points$/);
    await chartOf(page, "system/cpu").focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await eventually(() => chartOf(page, "system/cpu").locator(".cursor-values").innerText()).toMatch(/100ms\s+50/);
    expect(await chartOf(page, "train/loss").locator(".cursor-values").count()).toBe(0);
    await drag(page, "system/cpu", 0.2, 0.4);
    await eventually(() => page.url()).toMatch(/x=relative.*zoom=\d+\.\.\d+/);
  });
});

describe("a run of very many metrics", () => {
  it("gets live rows of the charts in view only, and of others when they come into view", async () => {
    const { server } = dashboard;
    const all = Array.from({ length: 120 }, (_, i) => `m/${String(i).padStart(3, "0")}`);
    const sendAll = (step: number): Promise<void> =>
      server.sendRows("wide", step, 1, Object.fromEntries(all.map((key) => [key, () => step])));
    await server.createRun({ runId: "wide", project: "p", name: "wide one" });
    await sendAll(0);
    const page = await dashboard.visit("/nowhere");
    const streams: string[] = [];
    page.on("request", (request) => {
      if (request.url().includes("/events")) streams.push(request.url());
    });
    await page.goto(`${server.url}/runs/wide`);
    await label(page, "m/000", /last 0 at step 0/);
    await eventually(() => new URL(streams.at(-1) ?? "").searchParams.getAll("keys")).toContain("m/000");
    expect(new URL(streams.at(-1) ?? "").searchParams.getAll("keys")).not.toContain("m/119");
    await eventually(() => page.locator(".live").innerText()).toBe("live");
    await sendAll(1);
    await label(page, "m/000", /last 1 at step 1/);
    await page.locator('.chart-card[data-metric="m/119"]').scrollIntoViewIfNeeded();
    await label(page, "m/119", /last 1 at step 1/);
    await eventually(() => new URL(streams.at(-1) ?? "").searchParams.getAll("keys")).toContain("m/119");
    await sendAll(2);
    await label(page, "m/119", /last 2 at step 2/);
  });
});

describe("fingers", () => {
  const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

  /** Where a part of a chart's plotting area is in the window. */
  async function pointIn(page: Page, metric: string): Promise<(share: number) => { x: number; y: number }> {
    const area = chartOf(page, metric).locator(".u-over");
    await area.scrollIntoViewIfNeeded();
    const box = await area.boundingBox();
    if (box === null) throw new Error("the chart is not in view");
    return (share) => ({ x: box.x + box.width * share, y: box.y + box.height / 2 });
  }

  /** Moves fingers from their first places to their last ones, as the browser gets it from a screen. */
  async function touch(page: Page, ways: readonly (readonly { x: number; y: number }[])[]): Promise<void> {
    const screen = await page.context().newCDPSession(page);
    const steps = ways[0]?.length ?? 0;
    for (let i = 0; i < steps; i++) {
      const touchPoints = ways.map((way, id) => ({ id, ...way[i]! }));
      await screen.send("Input.dispatchTouchEvent", { type: i === 0 ? "touchStart" : "touchMove", touchPoints });
    }
    await screen.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
    await screen.detach();
  }

  it("show the values where they tap or drag, until they tap elsewhere", async () => {
    const page = await dashboard.visit("/runs/long", PHONE);
    await label(page, "loss", /of 20,000 points/);
    const values = chartOf(page, "loss").locator(".cursor-values");
    const at = await pointIn(page, "loss");
    await page.touchscreen.tap(at(0.25).x, at(0.25).y);
    await eventually(() => values.innerText()).toMatch(/step (4,9|5,0)/);
    await touch(page, [[at(0.25), at(0.4), at(0.6), at(0.75)]]);
    await eventually(() => values.innerText()).toMatch(/step (14,9|15,0)/);
    expect(page.url()).not.toContain("zoom");
    await page.getByRole("heading", { name: "long one" }).tap();
    await values.waitFor({ state: "detached" });
  });

  it("move the cursor that charts share from one chart to another", async () => {
    const page = await dashboard.visit("/runs/live", PHONE);
    await label(page, "train/loss", /at step/);
    await label(page, "lr", /at step/);
    for (const metric of ["lr", "train/loss"]) {
      const at = await pointIn(page, metric);
      await page.touchscreen.tap(at(0.5).x, at(0.5).y);
      await eventually(() => chartOf(page, metric).locator(".cursor-values[role=status]").count()).toBe(1);
      await eventually(() => page.locator(".cursor-values").count()).toBe(2);
    }
  });

  it("zoom by pinching, out again by squeezing or two taps", async () => {
    const page = await dashboard.visit("/runs/long", PHONE);
    await label(page, "loss", /of 20,000 points/);
    const at = await pointIn(page, "loss");
    const apart = [
      [at(0.45), at(0.3), at(0.1)],
      [at(0.55), at(0.7), at(0.9)],
    ];
    await touch(page, apart);
    await eventually(() => page.url()).toMatch(/zoom=\d+\.\.\d+/);
    const [from = 0, to = 0] = (/zoom=(\d+)\.\.(\d+)/.exec(page.url()) ?? []).slice(1).map(Number);
    expect(Math.abs(from - 8750)).toBeLessThan(300);
    expect(Math.abs(to - 11_250)).toBeLessThan(300);
    await label(page, "loss", /of 2,\d\d\d points$/);
    await touch(
      page,
      apart.map((way) => way.toReversed()),
    );
    await eventually(() => page.url()).not.toContain("zoom");
    await touch(page, apart);
    await eventually(() => page.url()).toContain("zoom");
    // On a busy machine the second tap can come too late to belong to the first.
    await eventually(async () => {
      await page.touchscreen.tap(at(0.5).x, at(0.5).y);
      await page.touchscreen.tap(at(0.5).x, at(0.5).y);
      return page.url();
    }).not.toContain("zoom");
  });
});

describe("a server that goes away", () => {
  it("is said, and the page is right again when it is back", async () => {
    const { server } = dashboard;
    await server.createRun({ runId: "outage", project: "p" });
    await server.sendRows("outage", 0, 10, { loss: (step) => step });
    const page = await dashboard.visit("/runs/outage");
    await label(page, "loss", /last 9 at step 9/);
    await server.stop();
    await eventually(() => page.locator(".live").innerText()).toBe("reconnecting…");
    await server.start();
    await server.sendRows("outage", 10, 10, { loss: (step) => step });
    await eventually(() => page.locator(".live").innerText()).toBe("live");
    await label(page, "loss", /last 19 at step 19, between 0 and 19, 20 points/);
    await server.sendRows("outage", 20, 1, { loss: (step) => step });
    await label(page, "loss", /last 20 at step 20, between 0 and 20, 21 points/);
  });
});
