/** @file Values that runs have in a field, for the completion of filters; fetched when the field is first asked for. */
import { type Signal, signal } from "@preact/signals";
import type { ValueList } from "trainlog/api";
import { type Field, fieldText } from "trainlog/query";
import type { ApiClient } from "../client/http.ts";

/** Values offered per field, the commonest. */
const MAX_VALUES = 50;

/** Values of the fields of one project's runs. */
export class FieldValues {
  readonly #client: ApiClient;
  readonly #projects: readonly string[];
  readonly #known: Signal<ReadonlyMap<string, readonly (string | number | boolean)[]>> = signal(new Map());
  readonly #asked = new Set<string>();

  constructor(client: ApiClient, projects: readonly string[]) {
    this.#client = client;
    this.#projects = projects;
  }

  /** Values of a field; none until they have come. A component that reads them is drawn again then. */
  readonly of = (field: Field): readonly (string | number | boolean)[] => {
    const name = fieldText(field);
    if (!this.#asked.has(name)) {
      this.#asked.add(name);
      void this.#fetch(name);
    }
    return this.#known.value.get(name) ?? [];
  };

  async #fetch(field: string): Promise<void> {
    const lists = await Promise.allSettled(
      this.#projects.map((project) =>
        this.#client.get<ValueList>(`/projects/${encodeURIComponent(project)}/values`, { field, limit: MAX_VALUES }),
      ),
    );
    const values = lists
      .flatMap((list) => (list.status === "fulfilled" ? list.value.values : []))
      .sort((a, b) => b.runCount - a.runCount)
      .flatMap(({ value }) =>
        typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? [value] : [],
      );
    this.#known.value = new Map([...this.#known.peek(), [field, [...new Set(values)]]]);
  }
}
