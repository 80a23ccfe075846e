/**
 * Logs to a trainlog server, here one that it starts itself. The run is a folder on disk first and is sent in the background: when the server is
 * away, nothing is lost, and `npx trainlog sync` sends the rest.
 *
 *     npx node examples/05-http-to-server.ts [URL]
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as trainlog from "trainlog";
import { startServer } from "trainlog/server";

const scratch = await mkdtemp(join(tmpdir(), "trainlog-example-"));
const server = process.argv[2] === undefined ? await startServer({ dir: join(scratch, "server"), port: 0 }) : undefined;
const url = process.argv[2] ?? server?.url ?? "";

const run = await trainlog.init({ project: "examples", name: "over-http", url, dir: join(scratch, "client") });
for (let step = 0; step < 100; step++) run.log({ loss: 1 / (1 + step) }, { step });
await run.finish();

const answer = await fetch(`${url}/api/v1/runs/${run.id}`);
const { state, rowCount }: { state: string; rowCount: number } = await answer.json();
console.log(`the server has run ${run.id}: ${state}, ${rowCount} rows`);

await server?.close();
await rm(scratch, { recursive: true });
