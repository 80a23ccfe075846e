/** @file A server and a Chromium for one test file. */
import { rmSync } from "node:fs";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { expect } from "vitest";
import { launchChromium } from "../../../scripts/chromium.ts";
import { buildDashboard } from "./dashboard-build.ts";
import { TestServer } from "./test-server.ts";

/** A dashboard that is served and looked at. */
export class LiveDashboard {
  readonly server: TestServer;
  readonly #browser: Browser;
  readonly #buildDir: string;
  readonly #pages: Page[] = [];
  /** Errors that any page reported: scripts that failed, content that the policy refused. */
  readonly problems: string[] = [];

  constructor(server: TestServer, browser: Browser, buildDir: string) {
    this.server = server;
    this.#browser = browser;
    this.#buildDir = buildDir;
  }

  /** Builds, serves and starts a browser. */
  static async open(): Promise<LiveDashboard> {
    const [buildDir, browser] = await Promise.all([buildDashboard(), launchChromium()]);
    const server = await new TestServer(buildDir).start();
    return new LiveDashboard(server, browser, buildDir);
  }

  /** Opens an address of the dashboard in a browser context of its own. */
  async visit(path: string, options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.#browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
    const page = await context.newPage();
    this.#pages.push(page);
    page.on("pageerror", (error) => this.problems.push(String(error)));
    page.on("console", (message) => {
      // A server that is away is a problem that some tests make themselves.
      if (message.type() === "error" && !message.text().startsWith("Failed to load resource"))
        this.problems.push(message.text());
    });
    await page.goto(this.server.url + path);
    return page;
  }

  /** Closes the pages of a test. */
  async closePages(): Promise<void> {
    await Promise.all(this.#pages.splice(0).map((page) => page.context().close()));
  }

  /** Ends everything and removes what was made. */
  async close(): Promise<void> {
    await this.#browser.close();
    await this.server.remove();
    rmSync(this.#buildDir, { recursive: true, force: true });
  }
}

/** The chart of a metric: the element that takes the focus, whose label says what is drawn. */
export function chartOf(page: Page, metric: string): ReturnType<Page["locator"]> {
  return page.locator(`.chart-card[data-metric="${metric}"] .chart-plot`);
}

/** Expects something of a page before long; the bound is for a machine that is busy with other tests. */
export function eventually<T>(read: () => T | Promise<T>): ReturnType<typeof expect.poll<T>> {
  return expect.poll(read, { timeout: 30_000 });
}
