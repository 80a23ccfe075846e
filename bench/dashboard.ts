/** @file How fast the dashboard is in a real Chromium. `TRAINLOG_BENCH_SECONDS` shortens the long watch of a live run. */
import { join } from "node:path";
import { latencyMs, liveCost, manyChartsMs, medianOf, zoomMs } from "./dashboard/figures.ts";
import { buildInto, fillFolder, MANY, onStage } from "./dashboard/stage.ts";
import { type Bench, digits, type Figure, inFolder, median } from "./measure.ts";

/** Five minutes, as promised. */
const WATCH_SECONDS = Number(process.env["TRAINLOG_BENCH_SECONDS"] ?? 300);

export async function dashboard(): Promise<Bench> {
  return inFolder(async (folder) => {
    const [dir, built] = [join(folder, "runs"), join(folder, "dashboard")];
    await buildInto(built);
    await fillFolder(dir);
    return {
      title: "Dashboard",
      method: `The built dashboard in Chromium, headless and without GPU; server, script and browser share the machine. Many charts: ${MANY.metrics} charts × ${MANY.runs} runs × ${MANY.steps} steps, all in one view of 1920 × 3400 pixels, from navigation to the frame with the last line, a new browser context each time. Zoom: from the release of the button to the frame with the range in full resolution. Latency: from just before \`log()\` in a script to the frame that shows the value. Live run: ${WATCH_SECONDS} s, 200 rows of 10 metrics per second; CPU of the page's process, heap after a collection.`,
      figures: await onStage(dir, built, async (stage): Promise<Figure[]> => {
        const charts = await medianOf(5, () => manyChartsMs(stage));
        const zoom = median(await zoomMs(stage, 9));
        const latencies = await latencyMs(stage, 20);
        const latency = median(latencies);
        const live = await liveCost(stage, WATCH_SECONDS);
        const heapMb = live.heapBytes / 1e6;
        return [
          {
            what: `page with ${MANY.metrics} charts × ${MANY.runs} runs drawn`,
            value: `${digits(charts)} ms`,
            target: "≤ 1.5 s",
            reached: charts <= 1500,
          },
          { what: "zoom on 1 M points", value: `${digits(zoom)} ms`, target: "≤ 100 ms", reached: zoom <= 100 },
          {
            what: "from log() to the pixel, p50",
            value: `${digits(latency)} ms`,
            target: "≤ 300 ms",
            reached: latency <= 300,
            note: `of ${latencies.length} values`,
          },
          {
            what: "200 updates/s: page's process",
            value: `${digits(live.core * 100)} % of a core`,
            target: "≤ 30 %",
            reached: live.core <= 0.3,
          },
          {
            what: "200 updates/s: heap growth",
            value: `${digits(heapMb)} MB`,
            target: "≤ 20 MB",
            reached: heapMb <= 20,
          },
        ];
      }),
    };
  });
}
