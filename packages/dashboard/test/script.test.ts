import { setTimeout as sleep } from "node:timers/promises";
import { histogram, init } from "trainlog";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { chartOf, eventually, LiveDashboard } from "./live-dashboard.ts";

let dashboard: LiveDashboard;

beforeAll(async () => {
  dashboard = await LiveDashboard.open();
});

afterEach(async () => {
  await dashboard.closePages();
  expect(dashboard.problems.splice(0)).toEqual([]);
});

afterAll(() => dashboard.close());

it("shows a script that writes the folder itself, while it trains", async () => {
  const run = await init({
    project: "digits",
    name: "from a script",
    dir: dashboard.server.dir,
    config: { lr: 0.1 },
    capture: false,
  });
  const page = await dashboard.visit("/");
  await page.getByRole("link", { name: "from a script" }).click();
  await eventually(() => page.locator(".run-title").innerText()).toContain("running");
  for (let step = 0; step < 20; step++) {
    run.log({ loss: 2 - step / 20 }, { step });
    await sleep(20);
  }
  await eventually(() => chartOf(page, "loss").getAttribute("aria-label")).toContain(
    "last 1.05 at step 19, between 1.05 and 2, 20 points",
  );
  run.log({ weights: histogram([1, 2, 3]) }, { step: 20 });
  await page.getByRole("tab", { name: "Media" }).click();
  await page.getByRole("img", { name: "3 values between 1 and 3" }).waitFor();
  await run.finish();
  await eventually(() => page.locator(".run-title").innerText()).toContain("finished");
});
