/** @file The projects beside the list; a select on narrow screens. */
import type { JSX } from "preact";
import type { ProjectInfo } from "trainlog/api";
import { formatCount } from "../../lib/number-format.ts";
import { FACT_COLUMNS } from "../../lib/run-columns.ts";
import { fieldOfTerm } from "../../lib/sort-terms.ts";
import { DEFAULT_RUNS_VIEW, formatView, type RunsView } from "../../lib/view-state.ts";
import { useApp } from "../../state/app.ts";

/** Links to all projects. Sort and filter are kept; columns and selection belong to a project and are not. */
export function ProjectNav({
  projects,
  view,
}: {
  readonly projects: readonly ProjectInfo[];
  readonly view: RunsView;
}): JSX.Element {
  const { navigation } = useApp();
  const target = (project?: string): string => {
    const { filter, sort, archived } = view;
    const kept = sort.every((term) => FACT_COLUMNS.includes(fieldOfTerm(term)))
      ? { filter, archived, sort }
      : { filter, archived };
    return formatView({ ...DEFAULT_RUNS_VIEW, ...kept, ...(project !== undefined && { project }) });
  };
  const all = projects.reduce((sum, project) => sum + project.runCount, 0);
  const open = (address: string): void => {
    const url = new URL(address, window.location.href);
    const name = url.pathname.split("/")[2];
    navigation.go({ ...DEFAULT_RUNS_VIEW, ...(name !== undefined && { project: decodeURIComponent(name) }) });
  };
  return (
    <nav class="projects" aria-label="Projects">
      <h2>
        <a href={formatView({ page: "projects" })}>Projects</a>
      </h2>
      <select
        class="projects-select"
        aria-label="Project"
        value={target(view.project)}
        onChange={(event) => open(event.currentTarget.value)}
      >
        <option value={target()}>All projects</option>
        {projects.map((project) => (
          <option key={project.project} value={target(project.project)}>
            {project.project}
          </option>
        ))}
      </select>
      <ul>
        <ProjectLink
          label="All projects"
          href={target()}
          current={view.project === undefined}
          count={all}
          running={0}
        />
        {projects.map((project) => (
          <ProjectLink
            key={project.project}
            label={project.project}
            href={target(project.project)}
            current={view.project === project.project}
            count={project.runCount}
            running={project.runningCount}
          />
        ))}
      </ul>
      <a
        class="trash-link"
        href={formatView({ page: "trash", ...(view.project !== undefined && { project: view.project }) })}
      >
        Trash
      </a>
    </nav>
  );
}

interface ProjectLinkProps {
  readonly label: string;
  readonly href: string;
  readonly current: boolean;
  readonly count: number;
  readonly running: number;
}

function ProjectLink({ label, href, current, count, running }: ProjectLinkProps): JSX.Element {
  return (
    <li>
      <a href={href} aria-current={current ? "page" : undefined} title={label}>
        <span class="ellipsis">{label}</span>
        {running > 0 && (
          <span class="running-dot" role="img" aria-label={`${running} running`} title={`${running} running`} />
        )}
        <span class="count">{formatCount(count)}</span>
      </a>
    </li>
  );
}
