/**
 * @file Notes of projects. A project is no folder, only a name that runs share, so what people write about it has files of its own:
 * `projects/<SHA-256 of the name>.json`, replaced whole.
 */
import { createHash } from "node:crypto";
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeFolder } from "../files/make-folder.ts";
import { randomText } from "../run/id.ts";
import { isPlainObject } from "../run/json.ts";
import { diskError, systemCode } from "../run-log/disk-error.ts";

/** The `projects` folder of a store. */
export class ProjectNotes {
  readonly #dir: string;

  constructor(storeDir: string) {
    this.#dir = join(storeDir, "projects");
  }

  /** Notes of a project; a file that cannot be understood has none. */
  get(project: string): string | undefined {
    try {
      const facts: unknown = JSON.parse(readFileSync(this.#path(project), "utf8"));
      return isPlainObject(facts) && typeof facts["notes"] === "string" && facts["notes"] !== ""
        ? facts["notes"]
        : undefined;
    } catch (error) {
      if (systemCode(error) === "ENOENT" || error instanceof SyntaxError) return undefined;
      throw diskError(error, `read the notes of project ${project}`);
    }
  }

  /** Replaces the notes of a project; an empty text removes them. @throws TrainlogError `store/disk-full`, `store/read-only`, `store/io`. */
  set(project: string, notes: string): void {
    const path = this.#path(project);
    const temporary = `${path}.${randomText(8)}`;
    try {
      makeFolder(this.#dir);
      const text = JSON.stringify({ format: "trainlog-project", version: 1, project, notes }, undefined, 2);
      writeFileSync(temporary, `${text}\n`, { flush: true });
      renameSync(temporary, path);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw diskError(error, `write the notes of project ${project}`);
    }
  }

  #path(project: string): string {
    return join(this.#dir, `${createHash("sha256").update(project).digest("hex")}.json`);
  }
}
