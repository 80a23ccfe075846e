import type { Page } from "playwright-core";
import type { RunRow } from "trainlog/api";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { eventually, LiveDashboard } from "./live-dashboard.ts";

let dashboard: LiveDashboard;

beforeAll(async () => {
  dashboard = await LiveDashboard.open();
});

afterEach(async () => {
  await dashboard.closePages();
  expect(dashboard.problems.splice(0)).toEqual([]);
});

afterAll(() => dashboard.close());

const row = (index: number): RunRow => ({
  runId: `run-${index}`,
  project: "many",
  name: `run ${index}`,
  state: "finished",
  createdMs: 1e12 + index,
  lastMs: 1e12 + index,
  durationMs: 1000,
  tags: [],
  archived: false,
  rowCount: 1,
  pointCount: 1,
  metricCount: 0,
  damageCount: 0,
});

/** Frames of scrolling that are measured. */
const FRAMES = 60;

/** Most CPU time of the page per frame of scrolling by 700 pixels, in milliseconds. Measured: 18 (2 shared cores, no GPU). */
const SCROLL_FRAME_MS = 50;

/** CPU time of the page's main thread during an action, in milliseconds: what other work on the machine does not change much. */
async function cpuTime(page: Page, action: () => Promise<void>): Promise<number> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Performance.enable", { timeDomain: "threadTicks" });
  const spent = async (): Promise<number> => {
    const { metrics } = await devtools.send("Performance.getMetrics");
    const tasks = metrics.find(({ name }) => name === "TaskDuration");
    if (tasks === undefined) throw new Error("this Chromium does not tell the duration of its tasks");
    return tasks.value * 1000;
  };
  const before = await spent();
  await action();
  return (await spent()) - before;
}

describe("list of runs", () => {
  it("says what to run when there is nothing, and shows the first run as it starts", async () => {
    const page = await dashboard.visit("/");
    await page.getByText("npx trainlog demo").waitFor();
    await eventually(() => page.locator(".live").innerText()).toBe("live");
    await dashboard.server.createRun({ runId: "a", project: "mnist", name: "first run", tags: ["base"], group: "g1" });
    await page.getByRole("link", { name: "first run" }).waitFor();
    await page.getByRole("navigation", { name: "Projects" }).getByRole("link", { name: "mnist" }).waitFor();
    await dashboard.server.sendRows("a", 0, 5, { "val/loss": (step) => 0.5 - step / 10 });
    await eventually(() => page.getByRole("row", { name: /first run/ }).innerText()).toContain("0.1");
    await dashboard.server.send("a", [{ type: "finish", wallMs: Date.now(), status: "finished" }]);
    await eventually(() => page.getByRole("row", { name: /first run/ }).innerText()).toContain("finished");
  });

  it("filters, sorts, and keeps both in the address", async () => {
    const { server } = dashboard;
    await server.createRun({ runId: "b", project: "mnist", name: "second run", createdMs: 1e12 });
    await server.sendRows("b", 0, 5, { "val/loss": () => 0.05 });
    const page = await dashboard.visit("/projects/mnist");
    const names = () => page.locator(".cell-name a").allInnerTexts();
    await eventually(names).toEqual(["first run", "second run"]);
    const head = page.getByRole("button", { name: "val/loss", exact: true });
    await head.click();
    await eventually(names).toEqual(["second run", "first run"]);
    await head.click();
    await eventually(names).toEqual(["first run", "second run"]);
    expect(page.url()).toContain("sort=-metric.val/loss.last");
    await page.getByLabel("Filter runs").fill("first");
    await eventually(names).toEqual(["first run"]);
    await page.reload();
    await eventually(names).toEqual(["first run"]);
    await page.getByLabel("Filter runs").fill("nothing like this");
    await page.getByRole("button", { name: "Clear the filters" }).click();
    await eventually(names).toEqual(["first run", "second run"]);
    // While runs train, the list stays in order and its values new, without a reload.
    await server.sendRows("b", 5, 1, { "val/loss": () => 0.7 });
    await eventually(() => page.getByRole("row", { name: /second run/ }).innerText()).toContain("0.7");
    await eventually(names).toEqual(["second run", "first run"]);
    await server.createRun({ runId: "c", project: "mnist", name: "third run" });
    await server.sendRows("c", 0, 1, { "val/loss": () => 9 });
    await eventually(names).toEqual(["third run", "second run", "first run"]);
    await server.send("b", [{ type: "finish", wallMs: Date.now(), status: "failed", exitCode: 1 }]);
    await eventually(() => page.getByRole("row", { name: /second run/ }).innerText()).toContain("failed");
  });

  it("sorts by several columns with shift", async () => {
    const page = await dashboard.visit("/projects/mnist");
    await page.getByRole("button", { name: "State", exact: true }).click();
    await page.getByRole("button", { name: "val/loss", exact: true }).click({ modifiers: ["Shift"] });
    await eventually(() => page.url()).toContain("sort=state,metric.val/loss.last");
    await eventually(() => page.locator(".sort-rank").allInnerTexts()).toEqual(["1", "2"]);
    await eventually(() => page.locator(".cell-name a").allInnerTexts()).toEqual([
      "second run",
      "first run",
      "third run",
    ]);
  });

  it("filters by a condition, completes it, and says what is wrong with it and where", async () => {
    const page = await dashboard.visit("/projects/mnist");
    const names = () => page.locator(".cell-name a").allInnerTexts();
    await eventually(names).toHaveLength(3);
    await page.locator(".run-head").getByRole("button", { name: "val/loss" }).waitFor();
    await page.keyboard.press("/");
    const bar = page.getByLabel("Filter runs");
    await eventually(() => bar.evaluate((element) => element === document.activeElement)).toBe(true);
    await bar.pressSequentially("metric.v");
    await page.getByRole("option", { name: "metric.val/loss.max" }).waitFor();
    const offered = page.locator('[role="option"][aria-selected="true"]');
    await page.keyboard.press("ArrowDown");
    while (!(await offered.innerText()).includes("val/loss.min")) await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await eventually(() => bar.inputValue()).toBe("metric.val/loss.min ");
    await bar.pressSequentially("< 0.08");
    await eventually(names).toEqual(["second run"]);
    expect(page.url()).toContain("filter=metric.val/loss.min");
    await bar.fill("stat = failed and name = x");
    await page.getByText("did you mean state?").waitFor();
    await eventually(() => page.locator(".mark-problem").allInnerTexts()).toEqual(["stat"]);
    // What is shown stays until the condition can be read.
    expect(await names()).toEqual(["second run"]);
    await page.getByRole("button", { name: "Use state" }).click();
    await page.getByText("No run matches").waitFor();
    await bar.fill("thi run");
    await eventually(names).toEqual(["third run"]);
    await bar.fill("a = b");
    await page.getByRole("button", { name: "Search for these words" }).click();
    expect(await bar.inputValue()).toBe('"a = b"');
    await page.getByText("No run matches").waitFor();
  });

  it("lets the viewer choose, order, pin and widen columns", async () => {
    const page = await dashboard.visit("/projects/mnist");
    const heads = () => page.locator(".run-head .cell:not(.cell-select) > button").allInnerTexts();
    await page.locator(".run-head").getByRole("button", { name: "val/loss" }).waitFor();
    await page.getByText("Columns", { exact: true }).click();
    await page.getByRole("checkbox", { name: "val/loss", exact: true }).uncheck();
    await eventually(() => page.locator(".run-head").getByRole("button", { name: "val/loss" }).count()).toBe(0);
    expect(page.url()).toContain("columns=");
    await page.getByLabel("Find a column").fill("val/loss");
    await page.getByRole("checkbox", { name: "val/loss", exact: true }).check();
    await page.getByLabel("Statistic of val/loss").selectOption("max");
    await page.locator(".run-head").getByRole("button", { name: "val/loss max" }).waitFor();
    await eventually(() => page.getByRole("row", { name: /first run/ }).innerText()).toContain("0.5");
    await page.getByRole("button", { name: "Pin val/loss" }).click();
    await eventually(heads).toEqual(["Name", "val/loss\nmax", "State", "Group", "Created", "Duration", "Step"]);
    await page.keyboard.press("Escape");
    await page.getByLabel("Find a column").waitFor({ state: "hidden" });
    await page.getByRole("button", { name: "Step", exact: true }).focus();
    await page.keyboard.press("Alt+ArrowLeft");
    await eventually(heads).toEqual(["Name", "val/loss\nmax", "State", "Group", "Created", "Step", "Duration"]);
    await page
      .getByRole("button", { name: "State", exact: true })
      .dragTo(page.getByRole("button", { name: "Step", exact: true }));
    await eventually(heads).toEqual(["Name", "val/loss\nmax", "Group", "Created", "Step", "State", "Duration"]);
    const edge = page.getByRole("separator", { name: "Width of State" });
    const before = Number(await edge.getAttribute("aria-valuenow"));
    await edge.focus();
    await page.keyboard.press("ArrowRight");
    await eventually(() => edge.getAttribute("aria-valuenow")).toBe(String(before + 16));
    await page.reload();
    await eventually(heads).toEqual(["Name", "val/loss\nmax", "Group", "Created", "Step", "State", "Duration"]);
    await eventually(() => edge.getAttribute("aria-valuenow")).toBe(String(before + 16));
  });

  it("leads from chosen runs to their overlay and back", async () => {
    const page = await dashboard.visit("/projects/mnist");
    await page.getByLabel("Select first run").check();
    await page.getByLabel("Select second run").check();
    await page.getByRole("link", { name: "Compare" }).click();
    await page.getByRole("heading", { name: "2 runs" }).waitFor();
    expect(new URL(page.url()).pathname).toBe("/runs/a,b");
    await page.goBack();
    await page.getByText("2 runs selected").waitFor();
  });

  it("shows names with markup as text", async () => {
    const name = `<img src=x onerror="document.title='owned'">`;
    await dashboard.server.createRun({ runId: "markup", project: "p", name, tags: ["<b>tag</b>"], group: name });
    await dashboard.server.sendRows("markup", 0, 2, { [`<script>${name}`]: () => 1 });
    const page = await dashboard.visit("/projects/p");
    await page.getByRole("link", { name }).click();
    await page.getByRole("heading", { name, exact: true }).waitFor();
    await page.locator(".chart-card").waitFor();
    expect(await page.title()).not.toBe("owned");
    expect(await page.locator("main img").count()).toBe(0);
  });

  it("stays small and quick with 10,000 runs", async () => {
    const page = await dashboard.visit("/nowhere");
    await page.route("**/api/v1/runs?*", async (route) => {
      const query = new URL(route.request().url()).searchParams;
      const from = Number(query.get("cursor") ?? 0);
      const to = Math.min(10_000, from + Number(query.get("limit")));
      const runs = Array.from({ length: to - from }, (_, i) => row(from + i));
      await route.fulfill({ json: { runs, total: 10_000, ...(to < 10_000 && { nextCursor: String(to) }) } });
    });
    await page.getByRole("link", { name: "All runs" }).click();
    await page.getByRole("link", { name: "run 0", exact: true }).waitFor();
    const scroller = page.locator(".run-table-scroller");
    const cpuMs = await cpuTime(page, () =>
      scroller.evaluate(async (element, frames) => {
        for (let frame = 0; frame < frames; frame++) {
          element.scrollTop += 700;
          await new Promise((resolve) => requestAnimationFrame(resolve));
        }
      }, FRAMES),
    );
    expect(await page.locator(".run-row").count()).toBeLessThan(80);
    expect(cpuMs / FRAMES).toBeLessThan(SCROLL_FRAME_MS);
    await scroller.evaluate((element) => element.scrollTo(0, element.scrollHeight));
    await page.getByRole("link", { name: "run 9999", exact: true }).waitFor();
  });
});
