/**
 * @file Run metadata as notes, and back.
 *
 * A TrainLog has no fields for project, config or artifacts, so an experiment lowers them to notes of a fixed order and form (TorchLean's), which
 * people can read and {@link parseNotes} turns back:
 *
 *     project=P  [run_name=N]  [run_id=I]  [group=G]  [tags=a,b]  config.K=V …  free notes …  artifact.N=PATH[ kind=K][ desc=D] …
 *
 * The notes carry no escapes, so some metadata reads back as something else. Lowering then parsing gives the same metadata exactly when:
 * - no tag holds a comma, no config key and no artifact name holds `=`, and `tags` is not `[""]` mistaken for none (it is kept: `tags=`);
 * - no artifact path holds ` kind=x` or ` desc=x`, and no kind holds ` desc=x`;
 * - the first free note does not look like the header or config note that could stand there, and the last one does not look like an artifact.
 *
 * In the other direction nothing is ever lost: lowering what was parsed gives the same notes, for any notes that start with `project=`.
 */
import { expectText, expectTexts } from "./field.ts";

/** Project of a run that names none; always written, as upstream does. */
export const DEFAULT_PROJECT = "torchlean";

/** Kind of an artifact that names none. */
export const DEFAULT_ARTIFACT_KIND = "file";

/** One hyperparameter or choice, as texts so that the file stays independent of any tool. */
export interface ConfigEntry {
  readonly key: string;
  readonly value: string;
}

/** A file that a run produced or used. */
export interface Artifact {
  readonly name: string;
  readonly path: string;
  /** `"model"`, `"plot"`, `"dataset"`, `"report"`, …; `""` is left out of the note. */
  readonly kind: string;
  /** For people; `""` is left out of the note. */
  readonly description: string;
}

/** What a run is called and how it was configured. An empty text means "not given". */
export interface RunMeta {
  readonly project: string;
  readonly name: string;
  readonly runId: string;
  /** Sweep or group that the run belongs to. */
  readonly group: string;
  readonly tags: readonly string[];
  /** In order; a key may repeat. */
  readonly config: readonly ConfigEntry[];
}

/** All that notes can carry. */
export interface NoteContents {
  readonly run: RunMeta;
  /** Free notes. */
  readonly notes: readonly string[];
  readonly artifacts: readonly Artifact[];
}

/** Metadata with the given fields, and defaults (`project: "torchlean"`, everything else empty) for the others. @throws TrainlogError `log/bad-field`. */
export function runMeta(fields: Partial<RunMeta> = {}): RunMeta {
  const { project = DEFAULT_PROJECT, name = "", runId = "", group = "", tags = [], config = [] } = fields;
  return {
    project: expectText(project, "project"),
    name: expectText(name, "name"),
    runId: expectText(runId, "runId"),
    group: expectText(group, "group"),
    tags: expectTexts(tags, "tags"),
    config: config.map(({ key, value }, i) => ({
      key: expectText(key, `config[${i}].key`),
      value: expectText(value, `config[${i}].value`),
    })),
  };
}

/** An artifact with the given fields, and defaults (`kind: "file"`, no description) for the others. @throws TrainlogError `log/bad-field`. */
export function artifact(fields: Pick<Artifact, "name" | "path"> & Partial<Artifact>): Artifact {
  const { name, path, kind = DEFAULT_ARTIFACT_KIND, description = "" } = fields;
  return {
    name: expectText(name, "artifact name"),
    path: expectText(path, "artifact path"),
    kind: expectText(kind, "artifact kind"),
    description: expectText(description, "artifact description"),
  };
}

/** Lowers metadata, free notes and artifacts to notes, in upstream's order. */
export function lowerNotes({ run, notes, artifacts }: NoteContents): string[] {
  return [...lowerRunMeta(run), ...notes, ...artifacts.map(lowerArtifact)];
}

/** Lowers metadata to notes: `project=` always, the others only when they are not empty. */
export function lowerRunMeta(run: RunMeta): string[] {
  const given = (label: string, text: string): string[] => (text === "" ? [] : [`${label}=${text}`]);
  return [
    `project=${run.project}`,
    ...given("run_name", run.name),
    ...given("run_id", run.runId),
    ...given("group", run.group),
    ...(run.tags.length === 0 ? [] : [`tags=${run.tags.join(",")}`]),
    ...run.config.map(({ key, value }) => `config.${key}=${value}`),
  ];
}

/** Lowers one artifact to a note: `artifact.NAME=PATH kind=KIND desc=DESCRIPTION`, without the parts that are empty. */
export function lowerArtifact({ name, path, kind, description }: Artifact): string {
  return `artifact.${name}=${path}${kind === "" ? "" : ` kind=${kind}`}${description === "" ? "" : ` desc=${description}`}`;
}

/**
 * Parses notes back to metadata, the inverse of {@link lowerNotes}; the `@file` note says where it is exact.
 *
 * Metadata is recognised by place as well as form: a header at the start in upstream's order, then config; artifacts at the end; all that is between is
 * free notes. Notes without `project=` (not written by an experiment) give `project: ""`.
 *
 * @example
 * parseNotes(["project=mnist", "config.lr=1e-3", "warm start", "artifact.best=out/m.bin kind=model"]);
 * // run: { project: "mnist", config: [{ key: "lr", value: "1e-3" }], … }, notes: ["warm start"], artifacts: [{ name: "best", … }]
 */
export function parseNotes(notes: readonly string[]): NoteContents {
  let next = 0;
  const take = (label: string): string | undefined => {
    const note = notes[next];
    if (note === undefined || !note.startsWith(`${label}=`)) return undefined;
    next++;
    return note.slice(label.length + 1);
  };
  // An empty value is never written, so `run_name=` is a free note; only `project=` and `tags=` (one empty tag) may be empty.
  const takeFilled = (label: string): string => (notes[next] === `${label}=` ? "" : (take(label) ?? ""));

  const project = take("project") ?? "";
  const header = { project, name: takeFilled("run_name"), runId: takeFilled("run_id"), group: takeFilled("group") };
  const tags = take("tags")?.split(",") ?? [];
  const config = takeWhile(notes.slice(next), parseConfig);
  next += config.length;
  const artifacts = takeWhile(notes.slice(next).reverse(), parseArtifact).reverse();
  return {
    run: { ...header, tags, config },
    notes: notes.slice(next, notes.length - artifacts.length),
    artifacts,
  };
}

function takeWhile<T>(notes: readonly string[], parse: (note: string) => T | undefined): T[] {
  const parsed: T[] = [];
  for (const note of notes) {
    const item = parse(note);
    if (item === undefined) break;
    parsed.push(item);
  }
  return parsed;
}

function parseConfig(note: string): ConfigEntry | undefined {
  const match = /^config\.([^=]*)=(.*)$/s.exec(note);
  return match === null ? undefined : { key: match[1]!, value: match[2]! };
}

function parseArtifact(note: string): Artifact | undefined {
  const match = /^artifact\.([^=]*)=(.*?)(?: kind=(.+?))?(?: desc=(.+))?$/s.exec(note);
  if (match === null) return undefined;
  return { name: match[1]!, path: match[2]!, kind: match[3] ?? "", description: match[4] ?? "" };
}
