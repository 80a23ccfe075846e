/**
 * @file `npm run bench [-- names…]`: measures, prints the tables, and puts them into `bench/RESULTS.md`; sections that were not asked for stay as they are.
 *
 * Peers come from PyPI into virtual environments in the user's cache folder (`~/.cache/trainlog/`), made on the first run.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { dashboard } from "./dashboard.ts";
import { installSize } from "./install-size.ts";
import { logCost } from "./log-cost.ts";
import { type Bench, type Figure, machine } from "./measure.ts";
import { recovery } from "./recovery.ts";
import { runQuery } from "./run-query.ts";
import { series } from "./series.ts";
import { serverIngest } from "./server-ingest.ts";
import { storeIngest } from "./store-ingest.ts";
import { train } from "./train.ts";
import { types } from "./types.ts";

const BENCHES: Readonly<Record<string, () => Promise<Bench>>> = {
  "log-cost": logCost,
  "store-ingest": storeIngest,
  "server-ingest": serverIngest,
  series,
  "run-query": runQuery,
  recovery,
  dashboard,
  "install-size": installSize,
  train,
  types,
};

function markdown({ title, method, figures }: Bench): string {
  const row = ({ what, value, target = "", reached, note = "" }: Figure): string =>
    `| ${what} | **${value}** | ${target} | ${reached === undefined ? "" : reached ? "yes" : "**no**"} | ${note} |`;
  return [
    `## ${title}`,
    "",
    method,
    "",
    "| what | median | target | reached | note |",
    "|---|---|---|---|---|",
    ...figures.map(row),
  ].join("\n");
}

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in BENCHES));
if (unknown.length > 0)
  throw new Error(`no such bench: ${unknown.join(", ")}; there are ${Object.keys(BENCHES).join(", ")}`);

const results = fileURLToPath(new URL("RESULTS.md", import.meta.url));

/** The sections of the page, by heading, in order. */
function sectionsOf(page: string): Map<string, string> {
  const sections = page.split(/^(?=## )/m).slice(1);
  return new Map(sections.map((section) => [section.split("\n", 1)[0] ?? "", section.trimEnd()]));
}

const sections = sectionsOf(readFileSync(results, "utf8"));
for (const [name, bench] of Object.entries(BENCHES)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  console.error(`bench: ${name} …`);
  const section = markdown(await bench());
  console.log(`${section}\n`);
  sections.set(section.split("\n", 1)[0] ?? "", section);
}
const head = `# Figures\n\nMeasured with \`npm run bench\` on ${machine()}. The machine is shared: medians and ratios are worth more than single numbers.`;
writeFileSync(results, `${[head, ...sections.values()].join("\n\n")}\n`);
