import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { eventually, LiveDashboard } from "./live-dashboard.ts";

let dashboard: LiveDashboard;

beforeAll(async () => {
  dashboard = await LiveDashboard.open();
  const { server } = dashboard;
  await server.createRun({ runId: "parent", project: "p", name: "parent run" });
  const config = { lr: 0.01, model: { width: 64 }, name: "<b>bold</b>" };
  await server.createRun({
    runId: "full",
    project: "p",
    name: "full run",
    parentRunId: "parent",
    notes: "a note",
    config,
  });
  const media = { type: "media", wallMs: 1e12, step: 0 } as const;
  await server.send("full", [
    { ...media, key: "hist", kind: "histogram", data: { edges: [0, 1, 2], counts: [3, 1], count: 4, nonFinite: 0 } },
    {
      ...media,
      key: "hist",
      step: 10,
      kind: "histogram",
      data: { edges: [0, 1, 2], counts: [5, 5], count: 10, nonFinite: 0 },
    },
    { ...media, key: "table", kind: "table", data: { columns: ["who", "score"], rows: [["<i>x</i>", 1.5]] } },
    {
      ...media,
      key: "matrix",
      kind: "confusion-matrix",
      data: {
        counts: [
          [8, 2],
          [1, 9],
        ],
        labels: ["cat", "dog"],
      },
    },
    {
      ...media,
      key: "ten",
      kind: "confusion-matrix",
      data: {
        counts: Array.from({ length: 10 }, (_, i) => Array.from({ length: 10 }, (_, j) => (i === j ? 980 : 12))),
        labels: ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"],
      },
    },
    { ...media, key: "odd", kind: "table", data: { nonsense: true } },
  ]);
});

afterEach(async () => {
  await dashboard.closePages();
  expect(dashboard.problems.splice(0)).toEqual([]);
});

afterAll(() => dashboard.close());

describe("page of a run", () => {
  it("tells configuration, notes and parent", async () => {
    const page = await dashboard.visit("/runs/full?tab=overview");
    await page.locator(".tree-leaf", { hasText: "width" }).getByText("64").waitFor();
    await page.getByText("<b>bold</b>").waitFor();
    await page.getByText("a note", { exact: true }).waitFor();
    await page.getByRole("link", { name: "parent", exact: true }).click();
    await page.getByRole("heading", { name: "parent run" }).waitFor();
  });

  it("compares configurations", async () => {
    await dashboard.server.createRun({
      runId: "twin",
      project: "p",
      name: "twin run",
      config: { lr: 0.02, model: { width: 64 } },
    });
    const page = await dashboard.visit("/runs/full,twin?tab=overview");
    await page.getByRole("row", { name: "lr 0.01 0.02" }).waitFor();
    await page.getByLabel("Only what differs").check();
    await page.getByRole("row", { name: "model/width" }).waitFor({ state: "detached" });
    await page.getByRole("row", { name: "lr 0.01 0.02" }).waitFor();
  });

  it("draws media by kind and steps through them", async () => {
    const page = await dashboard.visit("/runs/full?tab=media");
    const card = (key: string) => page.getByRole("region", { name: key, exact: true }).first();
    await page.getByRole("img", { name: "10 values between 0 and 2" }).waitFor();
    await page.getByLabel("Step of hist").fill("0");
    await page.getByRole("img", { name: "4 values between 0 and 2" }).waitFor();
    await eventually(() => card("matrix").innerText()).toContain("accuracy 85.0 %");
    await eventually(() => card("table").innerText()).toContain("<i>x</i>");
    await eventually(() => card("odd").innerText()).toContain("This is no table as trainlog knows it.");
  });

  it.each([1280, 390])("shows ten classes whole in their card at %i pixels", async (width) => {
    const page = await dashboard.visit("/runs/full?tab=media", { viewport: { width, height: 844 } });
    const scroller = page.getByRole("region", { name: "Cells of ten" });
    await scroller.waitFor();
    const hidden = await scroller.evaluate((element) => ({
      right: element.scrollWidth - element.clientWidth,
      below: element.scrollHeight - element.clientHeight,
    }));
    expect(hidden).toEqual({ right: 0, below: 0 });
  });

  it("moves between tabs by keyboard", async () => {
    const page = await dashboard.visit("/runs/full");
    await page.getByRole("tab", { name: "Charts" }).focus();
    await page.keyboard.press("ArrowRight");
    await eventually(() => page.url()).toContain("tab=overview");
    expect(await page.getByRole("tab", { name: "Overview" }).evaluate((tab) => tab === document.activeElement)).toBe(
      true,
    );
  });

  it("says in words that a run does not exist, and that an address leads nowhere", async () => {
    const missing = await dashboard.visit("/runs/never-was");
    await eventually(() => missing.getByRole("alert").innerText()).toContain("never-was");
    const lost = await dashboard.visit("/projects/a/b/c");
    await lost.getByRole("heading", { name: "There is no such page" }).waitFor();
  });
});
