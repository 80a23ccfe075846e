import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchChromium } from "../../../../scripts/chromium.ts";
import { formatJson } from "../../src/log/json-text.ts";
import { encodeTrainLog, type TrainLog, trainLog } from "../../src/log/train-log.ts";
import { bundle, serveWidgets } from "./widget-page.ts";

const HOSTILE = '</script><img src="http://127.0.0.1:1/x" onerror="window.hacked = true">';

const LOG: TrainLog = {
  title: `Tiny MLP ${HOSTILE}`,
  steps: Array.from({ length: 100 }, (_, i) => i * 10),
  series: [
    {
      name: "loss",
      values: Array.from({ length: 100 }, (_, i) => (i === 30 ? Number.NaN : 2 * 0.95 ** i + 0.01)),
      color: "#4e79a7",
    },
    {
      name: `accuracy ${HOSTILE}`,
      values: Array.from({ length: 100 }, (_, i) => 1 - 0.9 ** i),
      color: `red" onload="window.hacked = true`,
    },
    {
      name: "lr",
      values: Array.from({ length: 100 }, (_, i) => (i === 50 ? Infinity : 0.01 * 0.99 ** i)),
      color: "url(http://127.0.0.1:1/)",
    },
  ],
  notes: ["project=demo", HOSTILE],
};

const json = (body: string): { type: string; body: string } => ({ type: "application/json", body });
const html = (body: string): { type: string; body: string } => ({
  type: "text/html",
  body: `<!doctype html><html lang="en"><head><title>t</title><meta name="viewport" content="width=device-width"><script type="module" src="/widgets.js"></script></head><body><main>${body}</main></body></html>`,
});

const ANSWERS = {
  "/log.json": json(formatJson(encodeTrainLog(LOG))),
  "/matrix.json": json("[[50, 0, 0], [0, 47, 3], [0, 1, 49]]"),
  "/bad.json": json('{"series": [{"name": "a", "values": [1, "abc"]}]}'),
  "/page": html('<train-log src="/log.json"></train-log>'),
  "/both": html(
    '<train-log src="/log.json"></train-log><br><confusion-matrix src="/matrix.json" labels="setosa,versicolor,virginica"></confusion-matrix>',
  ),
  "/errors": html(
    '<train-log id="field" src="/bad.json"></train-log><train-log id="missing" src="/none.json"></train-log><confusion-matrix id="matrix" src="/log.json"></confusion-matrix><train-log id="none"></train-log>',
  ),
  "/inline": html(
    '<train-log><script type="application/json">{"title": "inline", "steps": [1, 2, 3], "series": [{"name": "a", "values": [1, 2]}]}</script></train-log><confusion-matrix>[[1, 2], [3, 4]]</confusion-matrix>',
  ),
  "/empty": html("<train-log></train-log><confusion-matrix></confusion-matrix>"),
};

let browser: Browser;
let site: Awaited<ReturnType<typeof serveWidgets>>;
beforeAll(async () => {
  [browser, site] = await Promise.all([launchChromium(), serveWidgets(ANSWERS)]);
});
afterAll(async () => {
  await browser.close();
  await site.close();
});

interface Opened {
  readonly page: Page;
  /** Console messages, page errors and requests beyond the page's own server. */
  readonly complaints: string[];
}

async function open(path: string, { width = 900, dark = false } = {}): Promise<Opened> {
  const page = await browser.newPage({ viewport: { width, height: 700 }, colorScheme: dark ? "dark" : "light" });
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => {
    if (!request.url().startsWith(site.origin)) complaints.push(`outside request: ${request.url()}`);
  });
  await page.goto(site.origin + path);
  return { page, complaints };
}

/** Lightness of the frame's ground, 0 to 255. */
const groundOf = (page: Page): Promise<number> =>
  page.locator("train-log .frame").evaluate((frame) => Number(/\d+/.exec(getComputedStyle(frame).backgroundColor)![0]));

describe("bundles for the browser", () => {
  it("the widgets need nothing of Node and stay small", async () => {
    const text = await bundle("widgets/index.ts");
    expect(text).not.toMatch(/from\s*"node:|require\(/);
    expect(text.length).toBeLessThan(40_000);
  });

  it("trainlog/log needs nothing of Node either, and one function brings only itself", async () => {
    expect(await bundle("log/index.browser.ts")).not.toMatch(/from\s*"node:|require\(/);
    expect((await bundle("log/float.ts")).length).toBeLessThan(2_000);
  });

  it("can be imported where there is no DOM", async () => {
    const { defineWidgets, TrainLogElement } = await import("../../src/widgets/index.ts");
    defineWidgets();
    expect(TrainLogElement.observedAttributes).toContain("src");
  });
});

describe("<train-log>", () => {
  it("shows the log of src under a strict policy, without complaint or injection", async () => {
    const { page, complaints } = await open("/page");
    await page.locator("train-log .plot svg").waitFor();
    expect(await page.locator("train-log .title").textContent()).toBe(LOG.title);
    expect(await page.locator("train-log .plot path[stroke]").count()).toBe(3);
    expect(await page.evaluate(() => "hacked" in window)).toBe(false);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("shows the nearest row's values under the pointer, and hides them when it leaves", async () => {
    const { page } = await open("/page");
    const plot = page.locator("train-log .plot");
    await plot.locator("svg").waitFor();
    const box = (await plot.boundingBox())!;
    await page.mouse.move(box.x + box.width - 14, box.y + 100);
    expect(await plot.locator(".hover text").first().textContent()).toBe("step 990");
    await page.mouse.move(0, 0);
    expect(await plot.locator(".hover text").count()).toBe(0);
    await page.close();
  });

  it("takes the keyboard and says what it shows", async () => {
    const { page } = await open("/page");
    const plot = page.locator("train-log .plot");
    await plot.locator("svg").waitFor();
    await plot.focus();
    const said = (): Promise<string | null> => plot.getAttribute("aria-valuetext");
    await page.keyboard.press("ArrowRight");
    expect(await said()).toContain("step 0: loss 2.01, ");
    await page.keyboard.press("End");
    expect(await said()).toContain("step 990: ");
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("PageDown");
    expect(await said()).toContain("step 880: ");
    await page.keyboard.press("Escape");
    expect(await said()).toBe("no row chosen");
    await page.close();
  });

  it("hides and shows a series, and switches the axis, keeping the focus on the switch", async () => {
    const { page } = await open("/page");
    const button = page.getByRole("button", { name: "loss" });
    await button.focus();
    await page.keyboard.press("Enter");
    expect(await page.locator("train-log .tl-s0").count()).toBe(0);
    expect(await button.getAttribute("aria-pressed")).toBe("false");
    expect(await button.evaluate((element) => (element.getRootNode() as ShadowRoot).activeElement === element)).toBe(
      true,
    );
    await page.keyboard.press("Enter");
    expect(await page.locator("train-log .tl-s0").count()).toBe(1);
    await page.getByRole("button", { name: "log y" }).click();
    expect(await page.locator("train-log .badge").textContent()).toBe("⚠ 1 value ≤ 0 not on a log axis");
    await page.close();
  });

  it("follows the reader's preference, and the theme attribute against it", async () => {
    for (const dark of [false, true]) {
      const { page } = await open("/page", { dark });
      await page.locator("train-log .plot svg").waitFor();
      expect((await groundOf(page)) < 128).toBe(dark);
      await page
        .locator("train-log")
        .evaluate((element, theme) => element.setAttribute("theme", theme), dark ? "light" : "dark");
      expect((await groundOf(page)) < 128).toBe(!dark);
      await page.close();
    }
  });

  it("fits a telephone and follows the width", async () => {
    const { page } = await open("/page", { width: 390 });
    await page.locator("train-log .plot svg").waitFor();
    const overflow = (): Promise<number> =>
      page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(await overflow()).toBeLessThanOrEqual(0);
    await page.setViewportSize({ width: 800, height: 600 });
    await expect
      .poll(() => page.locator("train-log .plot svg").evaluate((svg) => svg.clientWidth))
      .toBeGreaterThan(700);
    await page.setViewportSize({ width: 390, height: 600 });
    await expect.poll(overflow).toBeLessThanOrEqual(0);
    await page.close();
  });

  it("shows upstream's badge when the steps do not match", async () => {
    const { page } = await open("/inline");
    expect(await page.locator("train-log .badge").textContent()).toBe("⚠ steps length mismatch");
    expect(await page.locator("confusion-matrix text").allTextContents()).toContain(
      "accuracy 50.0% · 5 of 10 correct · 2 classes",
    );
    await page.close();
  });

  it("shows what is wrong with a file, in the widget and as an event", async () => {
    const { page } = await open("/errors");
    const shown = (id: string): Promise<string | null> => page.locator(`#${id} .frame`).textContent();
    await page.locator("#missing .error").waitFor();
    expect(await shown("field")).toContain('series[0].values[1]: expected a number, got "abc" (log/bad-field)');
    expect(await shown("missing")).toContain("/none.json: the server answered 404 Not Found");
    expect(await shown("matrix")).toContain("counts: expected an array, got nothing (log/bad-field)");
    expect(await shown("none")).toBe("No data: set the src attribute, a property, or a JSON child.");
    const detail = page.locator("#field").evaluate(
      (element: HTMLElement & { refresh?: () => Promise<void> }) =>
        new Promise((resolve) => {
          document.addEventListener("trainlog-error", (event) =>
            resolve(event instanceof CustomEvent ? String(event.detail.message) : ""),
          );
          void element.refresh?.();
        }),
    );
    expect(await detail).toContain("series[0].values[1]");
    await page.close();
  });

  it("shows a value given by property, whatever its size", async () => {
    const { page } = await open("/empty");
    const log = trainLog({
      series: [{ name: "a", values: Array.from({ length: 200_000 }, (_, i) => Math.sin(i / 5_000)), color: "#e15759" }],
    });
    await page.locator("train-log").evaluate((element, given) => Object.assign(element, { log: given }), log);
    await page.locator("confusion-matrix").evaluate((element) => Object.assign(element, { matrix: { counts: [[1]] } }));
    await page.locator("train-log .plot svg").waitFor();
    expect((await page.locator("train-log .plot").innerHTML()).length).toBeLessThan(100_000);
    expect(await page.locator("train-log .facts").textContent()).toBe("200000 rows · 1 series");
    expect(await page.locator("confusion-matrix svg").count()).toBe(1);
    const refused = page.locator("train-log").evaluate((element) => {
      try {
        Object.assign(element, { log: { title: 1 } });
        return "accepted";
      } catch (error) {
        return String(error);
      }
    });
    expect(await refused).toContain("title: expected a text, got 1");
    await page.close();
  });
});

describe("accessibility", () => {
  it.each([
    [false, 900],
    [true, 900],
    [true, 390],
  ])("axe finds nothing (dark: %s, %d pixels wide)", async (dark, width) => {
    const { page } = await open("/both", { dark, width });
    await page.locator("train-log .plot svg").waitFor();
    await page.locator("confusion-matrix svg").waitFor();
    await page.addScriptTag({ url: "/axe.js" });
    const violations = await page.evaluate(async () => {
      const axe = Reflect.get(window, "axe") as {
        run: (
          context: unknown,
          options: unknown,
        ) => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>;
      };
      const { violations } = await axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"] });
      return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
    });
    expect(violations).toEqual([]);
    const folder = process.env["TRAINLOG_SCREENSHOTS"];
    if (folder !== undefined)
      await page.screenshot({ path: `${folder}/widgets-${dark ? "dark" : "light"}-${width}.png`, fullPage: true });
    await page.close();
  });
});
