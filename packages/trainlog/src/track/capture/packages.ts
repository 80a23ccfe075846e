/** @file The packages that a script depends on, with the versions that are installed. */
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isPlainObject, type JsonObject, objectFromEntries } from "../../run/json.ts";

/** Most packages listed. */
const MAX_PACKAGES = 500;

/** A name that cannot leave `node_modules`. */
const PACKAGE_NAME = /^(@[\w.-]+\/)?[\w-][\w.-]*$/;

/**
 * Dependencies of the nearest `package.json` at or above `dir`: name → installed version, or the range asked for when it is not installed.
 */
export async function packageFacts(dir: string): Promise<JsonObject> {
  const found = await nearestPackage(dir);
  if (found === undefined) return {};
  const { manifest, dir: home } = found;
  const wanted = Object.entries({ ...section(manifest, "devDependencies"), ...section(manifest, "dependencies") });
  const named = wanted.filter(([name]) => PACKAGE_NAME.test(name)).slice(0, MAX_PACKAGES);
  const versions = await Promise.all(
    named.map(
      async ([name, range]): Promise<[string, string]> => [name, (await installedVersion(home, name)) ?? String(range)],
    ),
  );
  return objectFromEntries(versions);
}

async function nearestPackage(start: string): Promise<{ manifest: Record<string, unknown>; dir: string } | undefined> {
  for (let dir = start; ; dir = dirname(dir)) {
    const manifest = await readManifest(join(dir, "package.json"));
    if (manifest !== undefined) return { manifest, dir };
    if (dirname(dir) === dir) return undefined;
  }
}

/** As Node resolves: the nearest `node_modules` upwards that has it. */
async function installedVersion(start: string, name: string): Promise<string | undefined> {
  for (let dir = start; ; dir = dirname(dir)) {
    const manifest = await readManifest(join(dir, "node_modules", name, "package.json"));
    if (typeof manifest?.["version"] === "string") return manifest["version"];
    if (dirname(dir) === dir) return undefined;
  }
}

function section(manifest: Record<string, unknown>, name: string): Record<string, unknown> {
  const value = manifest[name];
  return isPlainObject(value) ? value : {};
}

async function readManifest(path: string): Promise<Record<string, unknown> | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(path, "utf8"));
    return isPlainObject(value) ? value : undefined;
  } catch {
    return undefined; // absent or not JSON: facts are a courtesy
  }
}
