/** @file Checks of what people and clients name: projects, tags, notes. Names are data and never become paths, so almost any text will do. */
import { describeValue, TrainlogError } from "../run/error.ts";
import { checkKey } from "../run/limits.ts";
import type { FieldPatch, RunEdit } from "./types.ts";

/** Longest name of a project, run, group or tag, in UTF-16 code units. */
export const MAX_NAME_LENGTH = 65_536;
/** Longest notes. */
export const MAX_NOTES_LENGTH: number = 4 * 1024 * 1024;
/** Most tags of a run. */
export const MAX_TAGS = 10_000;

/** Checks the name of a project. @throws TrainlogError `run/bad-name` (400). */
export function checkProject(project: unknown): string {
  return checkText(project, "project", MAX_NAME_LENGTH, 1);
}

/** Checks an edit, and leaves out what it does not name. @throws TrainlogError `run/bad-name` (400). */
export function checkEdit(edit: RunEdit): RunEdit {
  const { name, group, tags, addTags, removeTags, notes, notesRevision, archived, config, summary } = edit;
  if (archived !== undefined && typeof archived !== "boolean") throw badName("archived", "true or false", archived);
  return {
    ...(name === undefined ? {} : { name: checkText(name, "name", MAX_NAME_LENGTH, 1) }),
    ...(group === undefined ? {} : { group: checkText(group, "group", MAX_NAME_LENGTH, 0) }),
    ...(tags === undefined ? {} : { tags: checkTags(tags, "tags") }),
    ...(addTags === undefined ? {} : { addTags: checkTags(addTags, "addTags") }),
    ...(removeTags === undefined ? {} : { removeTags: checkTags(removeTags, "removeTags") }),
    ...(notes === undefined ? {} : { notes: checkText(notes, "notes", MAX_NOTES_LENGTH, 0) }),
    ...(notesRevision === undefined ? {} : { notesRevision: checkText(notesRevision, "notesRevision", 100, 0) }),
    ...(archived === undefined ? {} : { archived }),
    ...(config === undefined ? {} : { config: checkPatch(config, "config") }),
    ...(summary === undefined ? {} : { summary: checkPatch(summary, "summary") }),
  };
}

/** Checks the notes of a project. @throws TrainlogError `run/bad-name` (400). */
export function checkNotes(notes: unknown): string {
  return checkText(notes, "notes", MAX_NOTES_LENGTH, 0);
}

function checkTags(tags: readonly string[], where: string): string[] {
  if (!Array.isArray(tags) || tags.length > MAX_TAGS) throw badName(where, `a list of at most ${MAX_TAGS}`, tags);
  return [...new Set(tags.map((tag, i) => checkText(tag, `${where}[${i}]`, MAX_NAME_LENGTH, 1)))];
}

function checkPatch({ set, remove }: FieldPatch, where: string): FieldPatch {
  for (const key of [...Object.keys(set ?? {}), ...(remove ?? [])]) checkKey(key, `${where} key`);
  return { ...(set === undefined ? {} : { set }), ...(remove === undefined ? {} : { remove }) };
}

function checkText(value: unknown, where: string, maxLength: number, minLength: number): string {
  const fits = typeof value === "string" && value.length >= minLength && value.length <= maxLength;
  if (fits && value.isWellFormed()) return value;
  throw badName(where, `a text of ${minLength} to ${maxLength} characters in well-formed Unicode`, value);
}

function badName(where: string, expected: string, got: unknown): TrainlogError {
  return new TrainlogError("run/bad-name", `${where}: expected ${expected}, got ${describeValue(got)}`, {
    status: 400,
  });
}
