/** @file `trainlog serve`, which is also `trainlog` alone: a store in the browser. */
import { type Command, defineCommand, EXIT_OK } from "../command.ts";
import { SERVE_OPTIONS, serveUntilStopped, startServing } from "../serving.ts";

/** `trainlog serve` */
export const serveCommand: Command = defineCommand({
  name: "serve",
  summary: "serve a store: dashboard, HTTP API, live updates",
  details: [
    "Shows the runs of a folder, also those that scripts are writing into it now. The folder is made when it is not there. Ctrl-C stops it.",
  ],
  options: SERVE_OPTIONS,
  examples: [
    ["trainlog", "serves ./trainlog (or $TRAINLOG_DIR) at http://127.0.0.1:5000"],
    ["trainlog serve --dir /data/runs --port 8080", "another folder, another port"],
    ["trainlog serve --watch ../vision/trainlog --watch /data/runs", "the runs of three folders in one list"],
    ["trainlog serve --host 0.0.0.0 --token $(openssl rand -hex 16)", "for other machines, behind a token"],
  ],
  exitCodes: { 0: "stopped by Ctrl-C", 1: "the port is taken, the folder cannot be served, …" },
  run: async ({ options, context }) => {
    const server = await startServing(options, context);
    const { total } = await (await server.ready).listRuns({ limit: 1, archived: "include" });
    if (total === 0) context.out.text(FIRST_RUN);
    await serveUntilStopped(server, context);
    return EXIT_OK;
  },
});

const FIRST_RUN = `
  no runs yet; log the first one from a script in this folder:

    import * as trainlog from "trainlog";
    await using run = await trainlog.init({ project: "my-project" });
    for (let step = 0; step < 100; step++) run.log({ loss: 1 / (step + 1) });

  or watch one: trainlog demo`;
