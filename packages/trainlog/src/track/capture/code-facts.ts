/** @file The code version of a run: entry script, git, packages. */
import { dirname } from "node:path";
import type { JsonObject } from "../../run/json.ts";
import { gitFacts } from "./git.ts";
import { packageFacts } from "./packages.ts";

/** Longest time that opening a run waits for these facts. */
const LONGEST_MS = 3_000;

/** What to look at. */
export interface CodeFactsOptions {
  readonly git: boolean;
  readonly packages: boolean;
}

/** Facts about the code, as `StartEvent.code` describes them. Never throws. */
export async function codeFacts(options: CodeFactsOptions): Promise<JsonObject> {
  if (!options.git && !options.packages) return {}; // the script's path too is a fact that can be switched off
  const script = process.argv[1];
  const dir = script === undefined ? process.cwd() : dirname(script);
  const [git, packages] = await Promise.all([
    options.git ? inTime(gitFacts(process.cwd())) : {},
    options.packages ? inTime(packageFacts(dir)) : {},
  ]);
  return {
    ...(script === undefined ? {} : { entrypoint: script }),
    ...git,
    ...(Object.keys(packages).length === 0 ? {} : { packages }),
  };
}

async function inTime(facts: Promise<JsonObject>): Promise<JsonObject> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<JsonObject>((resolve) => {
    timer = setTimeout(() => resolve({}), LONGEST_MS);
  });
  try {
    return await Promise.race([facts, late]);
  } catch {
    return {};
  } finally {
    clearTimeout(timer);
  }
}
