import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { chartOf, eventually, LiveDashboard } from "./live-dashboard.ts";

let dashboard: LiveDashboard;

beforeAll(async () => {
  dashboard = await LiveDashboard.open();
  const { server } = dashboard;
  await server.createRun({ runId: "alpha", project: "vision", name: "alpha run", tags: ["gpu"] });
  await server.sendRows("alpha", 0, 50, { "train/loss": (step) => 1 / (step + 1), "val/acc": (step) => step });
  await server.createRun({ runId: "beta", project: "speech", name: "beta <i>run</i>" });
});

afterEach(async () => {
  await dashboard.closePages();
  expect(dashboard.problems.splice(0)).toEqual([]);
});

afterAll(() => dashboard.close());

describe("command bar", () => {
  it("goes to projects, runs, metrics and tabs by a few letters", async () => {
    const page = await dashboard.visit("/");
    const field = page.getByRole("combobox", { name: "Go to a project" });
    await page.getByRole("link", { name: "alpha run" }).waitFor();
    await page.keyboard.press("Control+k");
    await field.pressSequentially("beta");
    await page.getByRole("option", { name: "beta <i>run</i>" }).waitFor();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "beta <i>run</i>" }).waitFor();
    await page.keyboard.press("Control+k");
    await field.fill("gpu");
    await page.getByRole("option", { name: "alpha run" }).click();
    await page.getByRole("heading", { name: "alpha run" }).waitFor();
    await chartOf(page, "val/acc").waitFor();
    await page.keyboard.press("Control+k");
    await field.fill("vacc");
    await page.getByRole("option", { name: "Metric val/acc" }).waitFor();
    await page.keyboard.press("Enter");
    await eventually(() => page.url()).toContain("focus=val/acc");
    await page.keyboard.press("Control+k");
    await field.fill("speech");
    await page.getByRole("option", { name: /Project.*speech/ }).click();
    await page.getByRole("heading", { name: "speech", level: 1 }).waitFor();
  });

  it("moves by arrow keys, closes by Escape, and gives the focus back", async () => {
    const page = await dashboard.visit("/");
    const button = page.getByRole("button", { name: "Go to…" });
    await button.click();
    const chosen = page.locator("[role=option][aria-selected=true]");
    await eventually(() => chosen.getAttribute("id")).toBe("command-0");
    await page.keyboard.press("ArrowDown");
    await eventually(() => chosen.getAttribute("id")).toBe("command-1");
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    expect(await button.evaluate((element) => element === document.activeElement)).toBe(true);
  });
});

describe("shortcuts", () => {
  it("show their sheet, change tab and theme, search, and go home; not while one types", async () => {
    const page = await dashboard.visit("/runs/alpha", { colorScheme: "light" });
    await page.getByRole("heading", { name: "alpha run" }).waitFor();
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
    await page.keyboard.press("3");
    await page.keyboard.press("Escape");
    expect(page.url()).not.toContain("tab=");
    await page.keyboard.press("2");
    await eventually(() => page.url()).toContain("tab=overview");
    await page.keyboard.press("/");
    await page.keyboard.type("t2");
    await eventually(() => page.getByRole("searchbox").inputValue()).toBe("t2");
    await page.getByRole("searchbox").blur();
    await page.keyboard.press("t");
    await page.keyboard.press("t");
    await eventually(() => page.evaluate(() => document.documentElement.dataset["theme"])).toBe("dark");
    await page.keyboard.press("g");
    await page.keyboard.press("h");
    await eventually(() => new URL(page.url()).pathname).toBe("/");
  });

  it("can be turned off, which lasts", async () => {
    const page = await dashboard.visit("/runs/alpha");
    await page.getByRole("button", { name: "Keyboard shortcuts" }).click();
    await page.getByLabel("Keys without Ctrl are shortcuts").uncheck();
    await page.keyboard.press("Escape");
    await page.reload();
    await page.getByRole("heading", { name: "alpha run" }).waitFor();
    await page.keyboard.press("2");
    await page.keyboard.press("Control+k");
    await page.getByRole("dialog", { name: "Command bar" }).waitFor();
    expect(page.url()).not.toContain("tab=");
  });
});

it("says when the server is away, and goes on by itself when it is back, with what was missed", async () => {
  const page = await dashboard.visit("/runs/alpha");
  await eventually(() => chartOf(page, "train/loss").getAttribute("aria-label")).toContain("50 points");
  await eventually(() => page.locator(".live").innerText()).toBe("live");
  await dashboard.server.stop();
  await page.getByText("The trainlog server does not answer.").waitFor();
  await dashboard.server.start();
  await dashboard.server.sendRows("alpha", 50, 50, { "train/loss": () => 5, "val/acc": () => 5 });
  await page.getByText("The server is back.").waitFor();
  await eventually(() => chartOf(page, "train/loss").getAttribute("aria-label")).toContain("last 5 at step 99");
  await page.getByText("The server is back.").waitFor({ state: "detached" });
});

it("keeps its frame when a page has a fault", async () => {
  const page = await dashboard.visit("/");
  await page.getByRole("link", { name: "alpha run" }).waitFor();
  // An answer that the page cannot draw: what a fault in any component does, too.
  await page.route("**/api/v1/runs/beta", (route) => route.fulfill({ json: { runId: "beta", name: {}, tags: 5 } }));
  await page.getByRole("link", { name: "beta" }).click();
  await page.getByRole("alert").getByText("This page has a fault.").waitFor();
  expect(dashboard.problems.splice(0).join()).toMatch(/TypeError/);
  await page.getByRole("link", { name: "trainlog" }).click();
  await page.getByRole("link", { name: "alpha run" }).waitFor();
});
