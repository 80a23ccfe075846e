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
    await page.getByLabel("Relative").check();
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
