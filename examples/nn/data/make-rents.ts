/**
 * Writes rents.csv: 400 flats of an invented town, with a rent that follows from them, noise, and holes as real tables have them.
 *
 *     npx node examples/nn/data/make-rents.ts
 */
import { writeFile } from "node:fs/promises";
import { random } from "@trainlog/nn";

const FLATS = 400;
/** Euro per square metre. */
const DISTRICTS = { harbour: 14, "old town": 16.5, station: 11, hillside: 13, meadows: 9.5 };

const source = random.generator(7);
const rows = Array.from({ length: FLATS }, () => {
  const [district, euroPerM2] = Object.entries(DISTRICTS)[source.integer(5)] ?? ["meadows", 9.5];
  const rooms = 1 + source.integer(5);
  const area = Math.round(18 + rooms * 17 + source.normal() * 6);
  const built = 1900 + source.integer(123);
  const balcony = source.uniform() < 0.4 + rooms * 0.08;
  const rent = area * euroPerM2 * (1 + (built - 1960) / 400) + (balcony ? 60 : 0) + source.normal() * 25;
  const isKnown = source.uniform() > 0.08;
  return [
    `F${source.integer(9000) + 1000}`,
    district,
    area,
    rooms,
    isKnown ? built : "",
    balcony ? "yes" : "no",
    Math.round(rent),
  ];
});
const table = [["id", "district", "area_m2", "rooms", "built", "balcony", "rent"], ...rows];
await writeFile(new URL("rents.csv", import.meta.url), `${table.map((cells) => cells.join(",")).join("\n")}\n`);
