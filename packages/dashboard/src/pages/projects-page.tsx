/** @file All projects: how many runs, how many of them train now, when something was last heard, notes. */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { ProjectInfo, ProjectList } from "trainlog/api";
import { Empty, ErrorNotice } from "../components/notice.tsx";
import { formatCount } from "../lib/number-format.ts";
import { formatAgo, formatDateTime } from "../lib/time-format.ts";
import { DEFAULT_RUNS_VIEW, formatView } from "../lib/view-state.ts";
import { useApp } from "../state/app.ts";
import { useResource } from "../state/resource.ts";
import { useLive } from "../state/use-live.ts";
import { ProjectNotes } from "./projects/project-notes.tsx";
import { FirstSteps } from "./runs/first-steps.tsx";

/** The page. The project that last said something comes first. */
export function ProjectsPage(): JSX.Element {
  const { client } = useApp();
  const [projects, reload] = useResource("projects", (signal) => client.get<ProjectList>("/projects", {}, signal));
  useLive({}, (message) => {
    if (["run", "removed", "reset"].includes(message.type)) reload();
  });
  useEffect(() => {
    document.title = "Projects · trainlog";
  }, []);
  const { data, error } = projects.value;
  if (data === undefined)
    return error === undefined ? <Empty title="Loading…" /> : <ErrorNotice error={error} onRetry={reload} />;
  if (data.projects.length === 0) return <FirstSteps project={undefined} />;
  return (
    <section class="plain-page" aria-labelledby="projects-title">
      <div class="runs-head">
        <h1 id="projects-title">Projects</h1>
        <span class="grow" />
        <a class="button" href={formatView(DEFAULT_RUNS_VIEW)}>
          Runs of all projects
        </a>
        <a class="button" href={formatView({ page: "trash" })}>
          Trash
        </a>
      </div>
      {error !== undefined && <ErrorNotice error={error} onRetry={reload} />}
      <ul class="project-cards">
        {[...data.projects]
          .sort((a, b) => b.lastMs - a.lastMs)
          .map((project) => (
            <ProjectCard key={project.project} info={project} />
          ))}
      </ul>
    </section>
  );
}

function ProjectCard({ info }: { readonly info: ProjectInfo }): JSX.Element {
  const { project, runCount, runningCount, archivedCount, lastMs } = info;
  const view = { ...DEFAULT_RUNS_VIEW, project };
  return (
    <li class="card project-card">
      <h2>
        <a class="ellipsis" href={formatView(view)} title={project}>
          {project}
        </a>
      </h2>
      <p class="project-facts muted">
        <span>
          {formatCount(runCount)} run{runCount === 1 ? "" : "s"}
        </span>
        {runningCount > 0 && (
          <a class="state state-running" href={formatView({ ...view, state: "running" })}>
            {formatCount(runningCount)} running
          </a>
        )}
        {archivedCount > 0 && (
          <a href={formatView({ ...view, archived: true })}>{formatCount(archivedCount)} archived</a>
        )}
        <span title={formatDateTime(lastMs)}>last heard {formatAgo(lastMs, Date.now())}</span>
      </p>
      <ProjectNotes project={project} />
    </li>
  );
}
