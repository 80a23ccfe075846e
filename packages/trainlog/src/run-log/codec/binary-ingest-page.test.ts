import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { decodeBody } from "./body.ts";

it("the example of docs/binary-ingest.md is the batch that it says", () => {
  const page = readFileSync(new URL("../../../../../docs/binary-ingest.md", import.meta.url), "utf8");
  const [, example = ""] = /## An example[\s\S]*?```\n([\s\S]*?)```/.exec(page) ?? [];
  // Bytes stand at the beginning of a line; what they mean follows behind three blanks.
  const hex = example.split("\n").map((line) => /^ *((?:[0-9a-f]{2} {0,2})+)(?: {3}|$)/.exec(line)?.[1] ?? "");
  const bytes = Buffer.from(hex.join("").replaceAll(" ", ""), "hex");
  expect(decodeBody(bytes)).toEqual([
    {
      origin: { writerId: "w", seq: 0 },
      events: [
        {
          type: "rows",
          rows: {
            steps: Float64Array.of(0, 1),
            wallMs: Float64Array.of(1000, 2000),
            columns: [{ kind: "number", key: "loss", values: Float64Array.of(0.5, 0.25) }],
          },
        },
        { type: "start", runId: "r", project: "p", wallMs: 1000 },
      ],
    },
  ]);
});
