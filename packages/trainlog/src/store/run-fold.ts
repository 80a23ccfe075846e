/**
 * @file Folds the events of a run into the facts that lists and headers show. Pure: the clock, the files and the liveness of the writer come from
 * outside.
 *
 * A run has two logs: its own, and `edits.log` with what people changed afterwards through a server or the command line. The own log counts in the
 * order of the file whatever its clock said; an edit wins over what the own log says about that field unless the own log said it later. An edited key
 * of config or summary, which have no times, wins always.
 */
import type {
  AlertEvent,
  ArtifactEvent,
  ConfigEvent,
  EditEvent,
  FinishEvent,
  MetricEvent,
  RunEvent,
  StartEvent,
  SummaryEvent,
} from "../run/event.ts";
import { type JsonObject, type JsonValue, objectFromEntries } from "../run/json.ts";

/** Fields of a run that can be edited. */
type Editable = Omit<EditEvent, "type" | "wallMs">;

/** A field with the time at which it was said. */
type Timed = { readonly [K in keyof Editable]?: { readonly value: NonNullable<Editable[K]>; readonly wallMs: number } };

const EDITABLE = ["name", "group", "tags", "notes", "archived"] as const;

/** Alerts that a run keeps in memory and in the catalog; the log has all. */
const MAX_ALERTS = 1000;

/** What a run said so far, except points, console and media. */
export class RunFold {
  /** Metric definitions by key. */
  readonly definitions: Map<string, MetricEvent> = new Map();
  /** The newest alerts, oldest first. */
  readonly alerts: AlertEvent[] = [];
  readonly artifacts: ArtifactEvent[] = [];
  /** The first `start`. */
  start: StartEvent | undefined;
  finish: FinishEvent | undefined;
  /** Latest time said by anything; 0 when nothing was. */
  lastMs = 0;
  jobType: string | undefined;
  parentRunId: string | undefined;
  source: string | undefined;
  host: JsonObject | undefined;
  code: JsonObject | undefined;
  readonly #config: Map<string, JsonValue> = new Map();
  readonly #summary: Map<string, JsonValue> = new Map();
  #own: Timed = {};
  #edited: Timed = {};
  #patches: readonly (ConfigEvent | SummaryEvent)[] = [];

  /** The configuration: what the run said, then what people changed, which wins whenever the run said it. */
  get config(): ReadonlyMap<string, JsonValue> {
    return this.#patched("config", this.#config);
  }

  /** Summary keys that were set by name. */
  get summary(): ReadonlyMap<string, JsonValue> {
    return this.#patched("summary", this.#summary);
  }

  /** Takes the next event of the run's own log. */
  apply(event: RunEvent): void {
    switch (event.type) {
      case "start":
        this.#applyStart(event);
        break;
      case "edit":
        this.#own = { ...this.#own, ...timed(event, event.wallMs) };
        break;
      case "config":
        patch(this.#config, event.set, event.remove);
        break;
      case "summary":
        patch(this.#summary, event.set, event.remove);
        break;
      case "metric":
        this.definitions.delete(event.key);
        this.definitions.set(event.key, event);
        break;
      case "alert":
        this.alerts.push(event);
        if (this.alerts.length > MAX_ALERTS) this.alerts.shift();
        this.#heard(event.wallMs);
        break;
      case "artifact":
        this.artifacts.push(event);
        this.#heard(event.wallMs);
        break;
      case "media":
        this.#heard(event.wallMs);
        break;
      case "console":
        this.#heard(event.lines.at(-1)?.wallMs ?? 0);
        break;
      case "finish":
        this.finish = event;
        this.#heard(event.wallMs);
        break;
      case "rows":
        this.#heard(event.rows.wallMs.at(-1) ?? 0);
        break;
    }
  }

  /** Replaces the edits made by others: the events of `edits.log`, in the order of the file. */
  setEdits(edits: readonly RunEvent[]): void {
    this.#edited = {};
    this.#patches = edits.filter((event) => event.type === "config" || event.type === "summary");
    for (const event of edits) {
      if (event.type === "edit") this.#edited = { ...this.#edited, ...timed(event, event.wallMs) };
    }
  }

  /** The editable fields as they stand; an empty group or notes text is none. */
  fields(): { name?: string; group?: string; tags: readonly string[]; notes?: string; archived: boolean } {
    const name = this.#field("name");
    const group = this.#field("group");
    const notes = this.#field("notes");
    return {
      ...(name ? { name } : {}),
      ...(group ? { group } : {}),
      ...(notes ? { notes } : {}),
      tags: this.#field("tags") ?? [],
      archived: this.#field("archived") ?? false,
    };
  }

  #patched(type: "config" | "summary", own: ReadonlyMap<string, JsonValue>): ReadonlyMap<string, JsonValue> {
    const patches = this.#patches.filter((event) => event.type === type);
    if (patches.length === 0) return own;
    const patched = new Map(own);
    for (const { set, remove } of patches) patch(patched, set, remove);
    return patched;
  }

  #field<K extends keyof Editable>(key: K): NonNullable<Editable[K]> | undefined {
    const own = this.#own[key];
    const edited = this.#edited[key];
    if (edited !== undefined && (own === undefined || edited.wallMs >= own.wallMs)) return edited.value;
    return own?.value;
  }

  #applyStart(event: StartEvent): void {
    this.start ??= event;
    this.finish = undefined;
    this.#own = { ...this.#own, ...timed(event, event.wallMs) };
    this.jobType = event.jobType ?? this.jobType;
    this.parentRunId = event.parentRunId ?? this.parentRunId;
    this.source = event.source ?? this.source;
    this.host = event.host ?? this.host;
    this.code = event.code ?? this.code;
    this.#heard(event.wallMs);
  }

  #heard(wallMs: number): void {
    if (wallMs > this.lastMs) this.lastMs = wallMs;
  }
}

/** What decides which value of a metric stands in the summary. */
interface SummarySource {
  readonly key: string;
  readonly last?: JsonValue;
  readonly min?: number;
  readonly max?: number;
  readonly mean?: number;
}

/**
 * The summary in effect: what each metric implies by its rule (the last value where nothing is defined), overridden by the keys that were set.
 *
 * @param definitions - Metric definitions in order; an exact key wins over a `prefix*`, a later one over an earlier one.
 */
export function summaryInEffect(
  metrics: Iterable<SummarySource>,
  definitions: Iterable<MetricEvent>,
  set: Iterable<readonly [string, JsonValue]>,
): Record<string, JsonValue> {
  const rules = [...definitions];
  const entries: (readonly [string, JsonValue])[] = [];
  for (const metric of metrics) {
    const value = impliedValue(metric, definitionOf(metric.key, rules));
    if (value !== undefined) entries.push([metric.key, value]);
  }
  return objectFromEntries([...entries, ...set]);
}

/** The definition that applies to `key`. */
export function definitionOf(key: string, definitions: readonly MetricEvent[]): MetricEvent | undefined {
  return (
    definitions.findLast((definition) => definition.key === key) ??
    definitions.findLast((definition) => definition.key.endsWith("*") && key.startsWith(definition.key.slice(0, -1)))
  );
}

/** What is better for a metric: what its definition says, or the rule of its summary implies. */
export function goalOf(definition: MetricEvent | undefined): "min" | "max" | undefined {
  if (definition?.goal !== undefined) return definition.goal;
  const rule = definition?.summary;
  if (rule === "min" || rule === "max") return rule;
  return rule === "best" ? "min" : undefined;
}

/** Which value of a metric stands for it in the summary. */
export function ruleOf(definition: MetricEvent | undefined): "last" | "min" | "max" | "mean" | "none" {
  const rule = definition?.summary ?? "last";
  return rule === "best" ? (goalOf(definition) ?? "min") : rule;
}

function impliedValue(metric: SummarySource, definition: MetricEvent | undefined): JsonValue | undefined {
  const rule = ruleOf(definition);
  return rule === "none" ? undefined : metric[rule];
}

function timed(fields: Editable, wallMs: number): Timed {
  const said = EDITABLE.filter((key) => fields[key] !== undefined).map((key) => [key, { value: fields[key], wallMs }]);
  return Object.fromEntries(said);
}

function patch(into: Map<string, JsonValue>, set: JsonObject, remove: readonly string[] = []): void {
  for (const key of remove) into.delete(key);
  for (const [key, value] of Object.entries(set)) into.set(key, value);
}
