import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { eventually, LiveDashboard } from "./live-dashboard.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let dashboard: LiveDashboard;

beforeAll(async () => {
  dashboard = await LiveDashboard.open();
  const { server } = dashboard;
  for (let i = 0; i < 6; i++) {
    const config = { opt: { name: i % 2 === 0 ? "adam" : "sgd" } };
    await server.createRun({ runId: `r${i}`, project: "mnist", name: `run ${i}`, createdMs: 1e12 + i, config });
    await server.sendRows(`r${i}`, 0, 3, { loss: (step) => i + 1 / (step + 1) });
  }
});

afterEach(async () => {
  await dashboard.closePages();
  expect(dashboard.problems.splice(0)).toEqual([]);
});

afterAll(() => dashboard.close());

const names = (page: Page) => () => page.locator(".cell-name a").allInnerTexts();
const all = [5, 4, 3, 2, 1, 0].map((i) => `run ${i}`);

describe("table of runs", () => {
  it("chooses runs by click, range and key, and keeps them in the address", async () => {
    const page = await dashboard.visit("/projects/mnist");
    await eventually(names(page)).toEqual(all);
    await page.getByLabel("Select run 4").click();
    await page.getByLabel("Select run 2").click({ modifiers: ["Shift"] });
    await page.getByText("3 runs selected").waitFor();
    expect(page.url()).toContain("selected=r4,r3,r2");
    await page.getByRole("button", { name: "Select all 6 that match" }).click();
    await page.getByText("6 runs selected").waitFor();
    expect(page.url()).toContain("selected=*");
    await page.getByRole("grid").focus();
    await page.keyboard.press("Escape");
    await page.getByText("6 runs selected").waitFor({ state: "hidden" });
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Space");
    await page.keyboard.press("Shift+ArrowDown");
    await eventually(() => page.url()).toContain("selected=r5,r4");
    await page.keyboard.press("Enter");
    await eventually(() => new URL(page.url()).pathname).toBe("/runs/r4");
  });

  it("tags, groups, archives and deletes many runs, and takes it back", async () => {
    const page = await dashboard.visit("/projects/mnist?selected=r0,r1");
    await page.getByText("Tag", { exact: true }).click();
    await page.getByRole("textbox", { name: "Tag" }).fill("best");
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await page.getByText("2 runs tagged best").waitFor();
    await eventually(() => page.getByRole("row", { name: /run 1/ }).innerText()).toContain("best");
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("Taken back for 2 runs").waitFor();
    await eventually(() => page.getByRole("row", { name: /run 1/ }).innerText()).not.toContain("best");
    await page.locator(".selection").getByText("Group", { exact: true }).click();
    await page.getByRole("textbox", { name: "Group" }).fill("sweep");
    await page.getByRole("button", { name: "Move to group" }).click();
    await page.getByRole("row", { name: /run 0/ }).getByText("sweep").waitFor();
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("Taken back for 2 runs").waitFor();
    await page.getByRole("button", { name: "Archive" }).click();
    await eventually(names(page)).toEqual(all.slice(0, 4));
    await page.getByRole("button", { name: "Undo" }).click();
    await eventually(names(page)).toEqual(all);
  });

  it("deletes what a filter finds, and restores it from the trash", async () => {
    const page = await dashboard.visit("/projects/mnist?filter=config.opt.name = sgd&selected=*");
    await page.getByText("3 runs selected").waitFor();
    await page.getByRole("button", { name: "Delete" }).click();
    await page.getByText("No run matches").waitFor();
    await page.getByRole("link", { name: "Trash" }).click();
    await page.getByRole("heading", { name: "Trash of mnist" }).waitFor();
    await page.getByRole("button", { name: "Restore run 5" }).click();
    await eventually(() => page.locator("tbody tr").count()).toBe(2);
    await page.getByRole("button", { name: "Restore all 2" }).click();
    await page.getByText("The trash is empty").waitFor();
    await page.getByRole("link", { name: "Back to the runs" }).click();
    await eventually(names(page)).toEqual(all);
  });

  it("groups runs, with their numbers, and unfolds a group", async () => {
    const page = await dashboard.visit("/projects/mnist");
    await eventually(names(page)).toEqual(all);
    await page.getByText("Group by", { exact: true }).click();
    await page.getByRole("checkbox", { name: "opt.name config" }).check();
    await page.keyboard.press("Escape");
    const group = page.getByRole("row", { name: /opt.name adam/ });
    await eventually(() => group.innerText()).toMatch(/3 runs[\s\S]*2\.333 ±2/);
    await group.getByRole("button").click();
    await eventually(names(page)).toEqual(["run 4", "run 2", "run 0"]);
    await page.reload();
    await eventually(names(page)).toEqual(["run 4", "run 2", "run 0"]);
    await page.getByText("6 runs in 2 groups").waitFor();
  });

  it("saves the table as CSV, as shown and whole", async () => {
    const page = await dashboard.visit("/projects/mnist?columns=metric.loss.min&sort=metric.loss.min&filter=adam or");
    await eventually(() => page.locator(".cell-name").count()).toBe(0);
    await page.getByRole("button", { name: "Clear the filter", exact: true }).click();
    await eventually(names(page)).toEqual([...all].reverse());
    const download = async (button: string): Promise<string> => {
      await page.getByText("More", { exact: true }).click();
      const [file] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name: button }).click(),
      ]);
      await page.keyboard.press("Escape");
      return readFileSync(await file.path(), "utf8");
    };
    const shown = (await download("Runs as CSV, columns as shown")).split("\r\n");
    expect(shown.slice(0, 2)).toEqual(["id,name,metric.loss.min", `r0,run 0,${1 / 3}`]);
    expect(shown).toHaveLength(8);
    const whole = await download("Runs as CSV, all columns");
    expect(whole.split("\r\n")[0]).toContain("config.opt.name,metric.loss.last,metric.loss.max,metric.loss.min");
  });

  it("draws runs over columns, and makes a filter of what is marked", async () => {
    const page = await dashboard.visit("/projects/mnist?plot=parallel&columns=config.opt.name,metric.loss.min");
    await eventually(() => page.locator(".parallel-line").count()).toBe(6);
    const grip = await page.locator('[data-column="metric.loss.min"]').boundingBox();
    if (grip === null) throw new Error("the axis is not on the page");
    const x = grip.x + grip.width / 2;
    await page.mouse.move(x, grip.y + grip.height - 1);
    await page.mouse.down();
    await page.mouse.move(x, grip.y + grip.height * 0.7, { steps: 3 });
    await page.mouse.up();
    await page.getByText("2 of 6 runs marked").waitFor();
    await page.getByRole("button", { name: "Filter the list by this" }).click();
    await eventually(names(page)).toEqual(["run 1", "run 0"]);
    expect(await page.getByLabel("Filter runs").inputValue()).toContain("metric.loss.min >= ");
  });

  it("keeps a view by name", async () => {
    const page = await dashboard.visit("/projects/mnist?sort=name&selected=r1");
    await eventually(names(page)).toEqual([...all].reverse());
    await page.getByText("More", { exact: true }).click();
    await page.getByLabel("Name of this view").fill("by name");
    await page.getByRole("button", { name: "Save" }).click();
    await page.goto(`${dashboard.server.url}/`);
    await page.getByText("More", { exact: true }).click();
    await page.getByRole("link", { name: "by name" }).click();
    await eventually(() => page.url()).toBe(`${dashboard.server.url}/projects/mnist?sort=name`);
    await eventually(names(page)).toEqual([...all].reverse());
  });
});

describe("projects", () => {
  it("shows each with its runs and notes, and two people who write notes at once lose nothing", async () => {
    const page = await dashboard.visit("/projects");
    const card = page.locator(".project-card");
    await eventually(() => card.innerText()).toContain("6 runs");
    await page.getByRole("button", { name: "Edit notes of mnist" }).click();
    await page.getByLabel("Notes of mnist").fill("mine");
    const response = await fetch(`${dashboard.server.url}/api/v1/projects/mnist`, {
      method: "PATCH",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ notes: "theirs" }),
    });
    expect(response.status).toBe(200);
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Somebody else wrote meanwhile").waitFor();
    expect(await page.getByLabel("Notes of mnist").inputValue()).toBe("theirs\n\nmine");
    await page.getByRole("button", { name: "Save" }).click();
    await eventually(() => page.locator(".project-notes").innerText()).toBe("theirs\n\nmine");
    await page.getByRole("link", { name: "mnist" }).click();
    await eventually(names(page)).toEqual(all);
  });
});

/** What axe, which is on the page, finds there. */
function violations(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    // axe puts itself on `window`; its own types cannot be seen inside the page.
    const { axe } = window as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    return (await axe.run()).violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(" ")}`,
    );
  });
}

describe.each([
  ["/projects", ".project-card", ""],
  ["/trash", ".empty", ""],
  [
    "/projects/mnist?group=config.opt.name&selected=r1&filter=state = &plot=parallel&columns=config.opt.name,metric.loss.min",
    ".group-row",
    "",
  ],
  ["/projects/mnist?columns=tag,metric.loss.min&pin=tag", ".run-row .pinned", "summary:has-text('Columns')"],
  ["/projects/mnist", ".cell-name", "summary:has-text('More')"],
])("%s %s %s", (path, ready, press) => {
  it("has no violation of WCAG that axe can find, in light, in dark and on a phone, and fits into 390 pixels", async () => {
    const page = await dashboard.visit(path, { colorScheme: "light" });
    await page.locator(ready).first().waitFor();
    if (press !== "") await page.locator(press).click();
    await page.evaluate(AXE);
    expect(await violations(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: "dark" });
    await eventually(() => page.evaluate(() => document.documentElement.dataset["theme"])).toBe("dark");
    expect(await violations(page)).toEqual([]);
    await page.setViewportSize({ width: 390, height: 844 });
    await eventually(() => page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    expect(await violations(page)).toEqual([]);
  });
});
