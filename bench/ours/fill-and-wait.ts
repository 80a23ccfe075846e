/** @file Fills a store with 10 M acknowledged points, says so, and waits to be killed. Usage: node fill-and-wait.ts FOLDER */
import { openStore } from "trainlog/store";
import { noisyRows } from "../store-ingest.ts";

const store = await openStore(process.argv[2] ?? ".", { mode: "serve", follow: false, sealAfterMs: false });
for (let r = 0; r < 100; r++) {
  await store.createRun({ runId: `run-${r}`, project: "bench" });
  for (let step = 0; step < 10_000; step += 1000) await store.append(`run-${r}`, [{ events: [noisyRows(step, 1000)] }]);
}
console.log("acknowledged");
setInterval(() => undefined, 60_000);
