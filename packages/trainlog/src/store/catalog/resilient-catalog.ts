/**
 * @file A catalog that outlives its file: when SQLite finds the file broken, it is set aside, a new one is begun, and the owner is told to fill it.
 */
import { isTrainlogError } from "../../run/error.ts";
import type { BlobUse, Catalog, CatalogChange, IndexedRun, RunExtras } from "./catalog.ts";
import { SqliteCatalog } from "./sqlite-catalog.ts";

type Method = Exclude<keyof Catalog, "close">;

/** A catalog in a file that may turn out to be damaged at any time. */
export class ResilientCatalog implements Catalog {
  #catalog: SqliteCatalog;
  readonly #path: string | undefined;
  readonly #readOnly: boolean;
  readonly #onRebuild: (notes: readonly string[]) => void;

  /**
   * @param path - The file; `undefined` for one in memory.
   * @param onRebuild - Told that the catalog is empty now, and why.
   */
  constructor(
    path: string | undefined,
    options: { readonly readOnly: boolean; readonly onRebuild: (notes: readonly string[]) => void },
  ) {
    this.#path = path;
    this.#readOnly = options.readOnly;
    this.#onRebuild = options.onRebuild;
    this.#catalog = SqliteCatalog.open(path, { readOnly: options.readOnly });
  }

  /** What opening found and did, in words. */
  get notes(): readonly string[] {
    return this.#catalog.notes;
  }

  /** Derived anew by each process. */
  get inMemory(): boolean {
    return this.#catalog.inMemory;
  }

  write(changes: readonly CatalogChange[]): Promise<void> {
    return this.#try("write", (catalog) => catalog.write(changes));
  }
  remove(runId: string): Promise<void> {
    return this.#try("remove", (catalog) => catalog.remove(runId));
  }
  indexed(): Promise<IndexedRun[]> {
    return this.#try("indexed", (catalog) => catalog.indexed());
  }
  list(...query: Parameters<Catalog["list"]>): ReturnType<Catalog["list"]> {
    return this.#try("list", (catalog) => catalog.list(...query));
  }
  columns(...query: Parameters<Catalog["columns"]>): ReturnType<Catalog["columns"]> {
    return this.#try("columns", (catalog) => catalog.columns(...query));
  }
  groups(...query: Parameters<Catalog["groups"]>): ReturnType<Catalog["groups"]> {
    return this.#try("groups", (catalog) => catalog.groups(...query));
  }
  find(...query: Parameters<Catalog["find"]>): ReturnType<Catalog["find"]> {
    return this.#try("find", (catalog) => catalog.find(...query));
  }
  projects(): ReturnType<Catalog["projects"]> {
    return this.#try("projects", (catalog) => catalog.projects());
  }
  run(runId: string): ReturnType<Catalog["run"]> {
    return this.#try("run", (catalog) => catalog.run(runId));
  }
  extras(runId: string): Promise<RunExtras | undefined> {
    return this.#try("extras", (catalog) => catalog.extras(runId));
  }
  config(runId: string): ReturnType<Catalog["config"]> {
    return this.#try("config", (catalog) => catalog.config(runId));
  }
  summary(runId: string): ReturnType<Catalog["summary"]> {
    return this.#try("summary", (catalog) => catalog.summary(runId));
  }
  metrics(...query: Parameters<Catalog["metrics"]>): ReturnType<Catalog["metrics"]> {
    return this.#try("metrics", (catalog) => catalog.metrics(...query));
  }
  console(...query: Parameters<Catalog["console"]>): ReturnType<Catalog["console"]> {
    return this.#try("console", (catalog) => catalog.console(...query));
  }
  media(...query: Parameters<Catalog["media"]>): ReturnType<Catalog["media"]> {
    return this.#try("media", (catalog) => catalog.media(...query));
  }
  artifacts(runId: string): ReturnType<Catalog["artifacts"]> {
    return this.#try("artifacts", (catalog) => catalog.artifacts(runId));
  }
  artifactNames(...query: Parameters<Catalog["artifactNames"]>): ReturnType<Catalog["artifactNames"]> {
    return this.#try("artifactNames", (catalog) => catalog.artifactNames(...query));
  }
  artifactEvents(...query: Parameters<Catalog["artifactEvents"]>): ReturnType<Catalog["artifactEvents"]> {
    return this.#try("artifactEvents", (catalog) => catalog.artifactEvents(...query));
  }
  alerts(...query: Parameters<Catalog["alerts"]>): ReturnType<Catalog["alerts"]> {
    return this.#try("alerts", (catalog) => catalog.alerts(...query));
  }
  blobUses(): Promise<BlobUse[]> {
    return this.#try("blobUses", (catalog) => catalog.blobUses());
  }
  damaged(): Promise<string[]> {
    return this.#try("damaged", (catalog) => catalog.damaged());
  }
  unsealed(beforeMs: number, limit: number): Promise<string[]> {
    return this.#try("unsealed", (catalog) => catalog.unsealed(beforeMs, limit));
  }
  close(): Promise<void> {
    return this.#catalog.close();
  }

  async #try<T>(method: Method, work: (catalog: SqliteCatalog) => Promise<T>): Promise<T> {
    const catalog = this.#catalog;
    try {
      return await work(catalog);
    } catch (error) {
      if (!isTrainlogError(error, "catalog/damaged")) throw error;
      if (catalog === this.#catalog) await this.#replace();
      // A write is part of what is to be written anew, so its owner has to know that it was lost.
      if (method === "write") throw error;
      return work(this.#catalog);
    }
  }

  async #replace(): Promise<void> {
    await this.#catalog.close();
    this.#catalog = SqliteCatalog.open(this.#path, { readOnly: this.#readOnly, setAside: true });
    this.#onRebuild(this.#catalog.notes);
  }
}
