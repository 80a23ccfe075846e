/** @file A server in a process of its own for the dashboard's figures. Usage: node serve-dashboard.ts FOLDER DASHBOARD-FOLDER. Prints its address. */
import { startServer } from "trainlog/server";

const [dir = ".", dashboardDir = "."] = process.argv.slice(2);
const server = await startServer({ dir, dashboardDir, port: 0 });
await server.ready;
console.log(server.url);
process.once("SIGTERM", () => void server.close());
