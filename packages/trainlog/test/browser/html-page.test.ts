import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchChromium } from "../../../../scripts/chromium.ts";
import { renderHtml } from "../../src/log/render/render.ts";
import { type TrainLog, trainLog } from "../../src/log/train-log.ts";

const HOSTILE = `</script></style><script>window.hacked = true</script><img src="http://127.0.0.1:1/x" onerror="window.hacked = true">`;

const LOG: TrainLog = trainLog({
  title: `MLP ${HOSTILE}`,
  steps: Array.from({ length: 100 }, (_, i) => i * 10),
  series: [
    { name: "loss", values: Array.from({ length: 100 }, (_, i) => 2 * 0.95 ** i), color: "#4e79a7" },
    { name: HOSTILE, values: Array.from({ length: 100 }, (_, i) => 1 - 0.9 ** i), color: HOSTILE },
  ],
  notes: ["project=demo", HOSTILE],
});

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

async function open(
  html: string,
  { width = 1000, dark = false, scripts = false } = {},
): Promise<{ page: Page; complaints: string[] }> {
  const page = await browser.newPage({
    viewport: { width, height: 800 },
    colorScheme: dark ? "dark" : "light",
    javaScriptEnabled: scripts,
  });
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(message.text()));
  page.on("request", (request) => complaints.push(`request: ${request.url()}`));
  await page.setContent(html);
  return { page, complaints };
}

describe("the page of a log", () => {
  it("asks nothing of anyone and runs nothing, with scripts allowed", async () => {
    const { page, complaints } = await open(renderHtml(LOG), { scripts: true });
    expect(await page.locator("h1").textContent()).toBe(LOG.title);
    expect(await page.evaluate(() => "hacked" in window)).toBe(false);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("shows values under the pointer without a script", async () => {
    const { page } = await open(renderHtml(LOG));
    const box = (await page.locator(".picture.wide.linear svg").boundingBox())!;
    await page.mouse.move(box.x + box.width - 16, box.y + 100);
    expect(await page.locator(".tl-tip:visible text").first().textContent()).toBe("step 990");
    await page.mouse.move(0, 0);
    expect(await page.locator(".tl-tip:visible text").count()).toBe(0);
    await page.close();
  });

  it("hides a series and switches the axis without a script", async () => {
    const { page } = await open(renderHtml(LOG));
    const shown = (selector: string): Promise<boolean> => page.locator(selector).first().isVisible();
    expect([
      await shown(".wide.linear"),
      await shown(".wide.logarithmic"),
      await shown(".wide.linear .tl-s0 path"),
    ]).toEqual([true, false, true]);
    await page.getByLabel("loss", { exact: true }).uncheck();
    expect(await shown(".wide.linear .tl-s0 path")).toBe(false);
    await page.getByLabel("log y").check();
    expect([await shown(".wide.linear"), await shown(".wide.logarithmic")]).toEqual([false, true]);
    await page.close();
  });

  it("fits a telephone, with a chart of its own", async () => {
    const { page } = await open(renderHtml(LOG), { width: 390 });
    expect(await page.locator(".narrow.linear").isVisible()).toBe(true);
    expect(await page.locator(".wide.linear").isVisible()).toBe(false);
    const { width } = (await page.locator("main").boundingBox())!;
    expect(width).toBeLessThanOrEqual(390);
    await page.close();
  });
});

describe("accessibility", () => {
  const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  const matrix = {
    counts: [
      [50, 0, 0],
      [0, 47, 3],
      [0, 1, 49],
    ],
  };

  it.each([
    ["log, light", renderHtml(LOG), false, 1000],
    ["log, dark", renderHtml(LOG), true, 390],
    ["matrix, light", renderHtml(matrix, { labels: ["setosa", "versicolor", "virginica"] }), false, 390],
    ["matrix, dark", renderHtml(matrix), true, 1000],
  ])("axe finds nothing (%s)", async (name, html, dark, width) => {
    const { page } = await open(html, { dark, width, scripts: true });
    await page.evaluate(axe);
    const violations = await page.evaluate(async () => {
      const { run } = Reflect.get(window, "axe") as {
        run: (
          context: unknown,
          options: unknown,
        ) => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>;
      };
      const found = await run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"] });
      return found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 300)}`);
    });
    expect(violations).toEqual([]);
    const folder = process.env["TRAINLOG_SCREENSHOTS"];
    if (folder !== undefined) await page.screenshot({ path: `${folder}/page ${name}.png`, fullPage: true });
    await page.close();
  });
});
