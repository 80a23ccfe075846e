/** @file A server in a process of its own, which says what CPU time it has used. Usage: fork serve-ingest.ts FOLDER; any message is answered with microseconds. */
import { startServer } from "trainlog/server";

const server = await startServer({ dir: process.argv[2] ?? ".", port: 0 });
await server.ready;
process.on("message", () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpuUs: user + system });
});
process.once("disconnect", () => void server.close());
process.send?.({ url: server.url });
