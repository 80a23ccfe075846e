/**
 * @file `npm run bench [-- names…]`: measures, prints the tables, and writes them to `bench/RESULTS.md` when all were measured.
 *
 * Peers come from PyPI into a virtual environment in the user's cache folder (`~/.cache/trainlog/bench-venv`), made on the first run.
 */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { installSize } from "./install-size.ts";
import { logCost } from "./log-cost.ts";
import { type Bench, type Figure, machine } from "./measure.ts";
import { recovery } from "./recovery.ts";
import { series } from "./series.ts";
import { storeIngest } from "./store-ingest.ts";

const BENCHES: Readonly<Record<string, () => Promise<Bench>>> = {
  "log-cost": logCost,
  "store-ingest": storeIngest,
  series,
  recovery,
  "install-size": installSize,
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

const sections: string[] = [];
for (const [name, bench] of Object.entries(BENCHES)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  console.error(`bench: ${name} …`);
  const section = markdown(await bench());
  console.log(`${section}\n`);
  sections.push(section);
}
if (asked.length === 0) {
  const head = `# Figures\n\nMeasured with \`npm run bench\` on ${machine()}. The machine is shared: medians and ratios are worth more than single numbers.`;
  writeFileSync(fileURLToPath(new URL("RESULTS.md", import.meta.url)), `${[head, ...sections].join("\n\n")}\n`);
}
