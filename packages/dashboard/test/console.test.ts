import { readFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { eventually, LiveDashboard } from "./live-dashboard.ts";

/** Lines of the long log: more than the page holds at once, and than one answer gives. */
const LONG = 125_000;

let dashboard: LiveDashboard;

beforeAll(async () => {
  dashboard = await LiveDashboard.open();
  const { server } = dashboard;
  await server.createRun({ runId: "short", project: "p", name: "short run" });
  await server.send("short", [
    {
      type: "console",
      lines: [
        { line: 0, stream: "stdout", text: "\u001b[32mhello\u001b[0m <b>you</b>", wallMs: 1e12 },
        { line: 1, stream: "stderr", text: "  5 %\r 99 %\r100 %", wallMs: 1e12 },
      ],
    },
  ]);
  await server.createRun({ runId: "long", project: "p" });
  for (let from = 0; from < LONG; from += 25_000)
    await server.send("long", [{ type: "console", lines: lines(from, 25_000) }]);
  await server.createRun({ runId: "silent", project: "p" });
});

afterEach(async () => {
  await dashboard.closePages();
  expect(dashboard.problems.splice(0)).toEqual([]);
});

afterAll(() => dashboard.close());

function lines(from: number, count: number) {
  return Array.from({ length: count }, (_, i) => {
    const line = from + i;
    const text = line % 20_000 === 7 ? `needle ${line}` : `step ${line}`;
    return { line, stream: line % 10 === 0 ? ("stderr" as const) : ("stdout" as const), text, wallMs: 1e12 };
  });
}

describe("console", () => {
  it("shows colours and what a progress bar left, markup as text, and follows new lines until one scrolls away", async () => {
    const page = await dashboard.visit("/runs/short?tab=console");
    const texts = page.locator(".console-line > .line-text");
    await eventually(() => texts.allInnerTexts()).toEqual(["hello <b>you</b>", "100 %"]);
    const colourOf = (locator: typeof texts) => locator.evaluate((element) => getComputedStyle(element).color);
    expect(await colourOf(page.getByText("hello", { exact: true }))).not.toBe(await colourOf(texts.first()));
    await eventually(() => page.locator(".live").innerText()).toBe("live");
    await dashboard.server.send("short", [{ type: "console", lines: lines(2, 300) }]);
    await eventually(async () => (await texts.allInnerTexts()).at(-1)).toBe("step 301");
    const rewritten = { line: 301, stream: "stdout" as const, text: "rewritten", wallMs: 1e12 };
    await dashboard.server.send("short", [{ type: "console", lines: [rewritten] }]);
    await eventually(async () => (await texts.allInnerTexts()).at(-1)).toBe("rewritten");
    await page.locator(".console").evaluate((element) => element.scrollTo(0, 0));
    await eventually(() => page.getByLabel("Follow").isChecked()).toBe(false);
    await eventually(() => texts.first().innerText()).toBe("hello <b>you</b>");
  });

  it("opens a long log at its end, and any place of it", async () => {
    const page = await dashboard.visit("/runs/long?tab=console");
    const texts = page.locator(".console-line > .line-text");
    await eventually(async () => (await texts.allInnerTexts()).at(-1)).toBe(`step ${LONG - 1}`);
    await page.getByText("125,000 lines").waitFor();
    await page.locator(".console").evaluate((element) => element.scrollTo(0, element.scrollHeight / 2));
    await eventually(() => texts.allInnerTexts()).toContain(`step ${LONG / 2}`);
    expect(await texts.count()).toBeLessThan(100);
  });

  it("finds text in all of it, steps through the hits, and shows them alone", async () => {
    const page = await dashboard.visit("/runs/long?tab=console");
    const search = page.getByRole("searchbox", { name: "Search output" });
    await search.fill("NEEDLE");
    await eventually(() => page.locator(".console-search .count").innerText()).toBe("7");
    await search.press("Enter");
    await search.press("Enter");
    await eventually(() => page.locator(".console-line.current .line-text").innerText()).toBe("needle 20007");
    await search.press("Shift+Enter");
    await search.press("Shift+Enter");
    await eventually(() => page.locator(".console-search .count").innerText()).toBe("7 of 7");
    await eventually(() => page.locator(".console-line.current mark").innerText()).toBe("needle");
    await page.getByLabel("Only hits").check();
    await eventually(() => page.locator(".console-line > .line-text").allInnerTexts()).toEqual(
      Array.from({ length: 7 }, (_, i) => `needle ${i * 20_000 + 7}`),
    );
    await search.fill("/^needle [45]\\d{4}$/");
    await eventually(() => page.locator(".console-search .count").innerText()).toBe("1");
    await search.fill("nowhere");
    await eventually(() => page.locator(".console-search .count").innerText()).toBe("not found");
  });

  it("shows one stream", async () => {
    const page = await dashboard.visit("/runs/long?tab=console");
    await page.getByLabel("Stream").selectOption("stderr");
    await eventually(async () => (await page.locator(".line-text").allInnerTexts()).slice(-2)).toEqual([
      `step ${LONG - 20}`,
      `step ${LONG - 10}`,
    ]);
  });

  it("gives all lines as a file", async () => {
    const page = await dashboard.visit("/runs/long?tab=console");
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download" }).click();
    const file = await download;
    expect(file.suggestedFilename()).toBe("long console.txt");
    const text = readFileSync(await file.path(), "utf8").split("\n");
    expect([text.length, text[0], text[LONG - 1]]).toEqual([LONG + 1, "step 0", `step ${LONG - 1}`]);
  });

  it("says why there is nothing", async () => {
    const page = await dashboard.visit("/runs/silent?tab=console");
    await page.getByRole("heading", { name: "No console output" }).waitFor();
    await dashboard.server.send("silent", [{ type: "console", lines: lines(0, 1) }]);
    await page.getByText("step 0").waitFor();
  });
});
