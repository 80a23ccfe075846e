/** @file The runs of a server, in the shapes of the store. */
import type { RunListQuery } from "../../api/index.ts";
import type { TrainlogClient } from "../../client/index.ts";
import { type Filter, printFilter } from "../../query/index.ts";
import { isTrainlogError } from "../../run/error.ts";
import type { MetricQuery, MetricSummary, RunQuery, RunSort, TrashedRun } from "../../store/index.ts";
import type { RunReader } from "./run-place.ts";
import { metricOf, pointsOf, runDetailOf, runRowOf, seriesOf } from "./server-answers.ts";

/** Most series of one request, so that an answer stays within the server's bound on buckets. */
const SERIES_AT_ONCE = 100;

/** Most metrics of one page. */
const METRIC_PAGE = 10_000;

/** Looks at the runs of a server. */
export function serverRuns(client: TrainlogClient): RunReader {
  const listRuns: RunReader["listRuns"] = async (query = {}) => {
    const { runs, ...more } = await client.runs(listQueryOf(query));
    return { ...more, runs: runs.map(runRowOf) };
  };
  return {
    dir: client.url,
    projects: async () => [...(await client.projects()).projects],
    listRuns,
    findRuns: async (text, limit = 10) => {
      const exact = await listRuns({ filter: where("id", "=", text), archived: "include" });
      const { runs } =
        exact.total > 0 ? exact : await listRuns({ filter: nearlyNamed(text), archived: "include", limit });
      return runs.map(({ metrics: _, config: __, summary: ___, ...run }) => run);
    },
    getRun: async (runId) => runDetailOf(await client.run(runId), client.url),
    metrics: (runId, query) => allMetrics(client, runId, query),
    series: async (targets, { x, from, to, buckets }) => {
      const range = { x, buckets, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
      const answers = [];
      for (let start = 0; start < targets.length; start += SERIES_AT_ONCE) {
        const { series } = await client.series({ series: targets.slice(start, start + SERIES_AT_ONCE), ...range });
        answers.push(...series.map(seriesOf));
      }
      return answers;
    },
    points: async (runId, key, query = {}) => {
      try {
        return pointsOf(await client.points(runId, { key, ...query }));
      } catch (error) {
        if (isTrainlogError(error, "run/no-metric")) return undefined;
        throw error;
      }
    },
    events: (runId) => client.events(runId),
    console: (runId, query) => client.console(runId, query),
    media: async (runId, query) => {
      const { items, keys, nextAfter } = await client.media(runId, query);
      const media = items.map((item) => ({ type: "media" as const, ...item }));
      return { media, keys, ...(nextAfter === undefined ? {} : { nextAfter }) };
    },
    artifacts: async (runId) => {
      const { artifacts } = await client.artifacts(runId);
      return artifacts.map((artifact) => ({ type: "artifact" as const, ...artifact }));
    },
    trash: () => allTrash(client),
    blobs: { open: (sha256) => client.blob(sha256), size: (sha256) => client.blobSize(sha256) },
  };
}

/** A filter of runs by one of their own fields. */
function where(name: "id" | "name", operator: "=" | "~", value: string): Filter {
  return { type: "compare", field: { of: "run", name }, operator, value: { type: "text", value } };
}

/** Runs that a person may mean by the beginning of an id, or a name. */
function nearlyNamed(text: string): Filter {
  const byName = where("name", "=", text);
  // Only what can begin an id is looked for there; the dot is the one of these that means something in a pattern.
  if (!/^[\w.-]+$/.test(text)) return byName;
  return { type: "or", parts: [where("id", "~", `^${text.replaceAll(".", "\\.")}`), byName] };
}

function listQueryOf(query: RunQuery): RunListQuery {
  const { states, tags, text, filter, runIds, sort, metrics, config, summary, ...same } = query;
  const parts = [filter, runIds === undefined ? undefined : oneOf(runIds)].filter((part) => part !== undefined);
  const [first] = parts;
  const whole: Filter | undefined = parts.length > 1 ? { type: "and", parts } : first;
  return {
    ...same,
    ...(states === undefined ? {} : { state: states }),
    ...(tags === undefined ? {} : { tag: tags }),
    ...(text === undefined ? {} : { q: text }),
    ...(whole === undefined ? {} : { filter: printFilter(whole) }),
    ...(sort === undefined ? {} : { sort: sort.map(sortText) }),
    ...(metrics === undefined || metrics.length === 0 ? {} : { metric: metrics }),
    ...(config === undefined || config.length === 0 ? {} : { config: config === "*" ? ["*"] : config }),
    ...(summary === undefined || summary.length === 0 ? {} : { summary: summary === "*" ? ["*"] : summary }),
  };
}

function oneOf(runIds: readonly string[]): Filter {
  return { type: "in", field: { of: "run", name: "id" }, values: runIds.map((value) => ({ type: "text", value })) };
}

function sortText(sort: RunSort): string {
  const sign = sort.descending === true ? "-" : "+";
  if (sort.by === "metric") return `${sign}metric:${sort.key}:${sort.statistic ?? "last"}`;
  return sort.by === "config" || sort.by === "summary" ? `${sign}${sort.by}:${sort.key}` : `${sign}${sort.by}`;
}

async function allMetrics(client: TrainlogClient, runId: string, query: MetricQuery = {}): Promise<MetricSummary[]> {
  const { limit = METRIC_PAGE, ...which } = query;
  const found: MetricSummary[] = [];
  for (let after = which.after; found.length < limit; ) {
    const from = after === undefined ? {} : { after };
    const page = await client.metrics(runId, { ...which, ...from, limit: Math.min(METRIC_PAGE, limit - found.length) });
    found.push(...page.metrics.map(metricOf));
    after = page.nextAfter;
    if (after === undefined) break;
  }
  return found;
}

async function allTrash(client: TrainlogClient): Promise<TrashedRun[]> {
  const all: TrashedRun[] = [];
  for (;;) {
    const { runs, total } = await client.trash({ limit: 10_000, offset: all.length });
    all.push(...runs);
    if (runs.length === 0 || all.length >= total) return all;
  }
}
