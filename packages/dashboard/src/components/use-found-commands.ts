/** @file Projects and runs of the server as commands: the newest first, then what is typed. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { ProjectList, RunInfo, RunList } from "trainlog/api";
import { DEFAULT_RUN_VIEW, DEFAULT_RUNS_VIEW } from "../lib/view-state.ts";
import { type App, useApp } from "../state/app.ts";
import type { Command } from "../state/command-registry.ts";

/** Time without another letter after which the server is asked, in milliseconds. */
const SETTLE_MS = 120;

/** Runs asked for. */
const MAX_RUNS = 30;

/** What the server knows by these letters. */
export function useFoundCommands(typed: string): {
  readonly found: readonly Command[];
  readonly error: Error | undefined;
} {
  const app = useApp();
  const projects = useSignal<readonly Command[]>([]);
  const runs = useSignal<readonly Command[]>([]);
  const error = useSignal<Error | undefined>(undefined);
  const ask = (load: (signal: AbortSignal) => Promise<void>, abort: AbortController): void => {
    load(abort.signal).catch((problem: unknown) => {
      if (!abort.signal.aborted) error.value = problem instanceof Error ? problem : new Error(String(problem));
    });
  };
  useEffect(() => {
    const abort = new AbortController();
    ask(async (signal) => {
      const answer = await app.client.get<ProjectList>("/projects", {}, signal);
      projects.value = answer.projects.map(({ project, runCount }) => projectCommand(app, project, runCount));
    }, abort);
    return () => abort.abort();
  }, []);
  useEffect(() => {
    const abort = new AbortController();
    const q = typed.trim();
    const timer = setTimeout(() => {
      ask(async (signal) => {
        const query = { limit: MAX_RUNS, ...(q !== "" && { q: q.split(/\s+/)[0] }) };
        const answer = await app.client.get<RunList>("/runs", query, signal);
        runs.value = answer.runs.map((run) => runCommand(app, run));
      }, abort);
    }, SETTLE_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [typed]);
  return { found: [...projects.value, ...runs.value], error: error.value };
}

function projectCommand({ navigation }: App, project: string, runCount: number): Command {
  return {
    kind: "Project",
    title: project,
    detail: `${runCount} run${runCount === 1 ? "" : "s"}`,
    run: () => navigation.go({ ...DEFAULT_RUNS_VIEW, project }),
  };
}

function runCommand({ navigation }: App, run: RunInfo): Command {
  return {
    kind: "Run",
    title: run.name,
    detail: `${run.project} · ${run.state}`,
    words: `${run.runId} ${run.project} ${run.tags.join(" ")} ${run.group ?? ""}`,
    run: () => navigation.go({ ...DEFAULT_RUN_VIEW, runIds: [run.runId] }),
  };
}
