/** @file How fast a server takes points over HTTP, in binary and in JSON, by the CPU time of its process. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { Agent, request } from "node:http";
import { fileURLToPath } from "node:url";
import { encodeBody } from "trainlog/run-log/codec";
import { type Bench, cpuUs, digits, inFolder, median } from "./measure.ts";
import { noisyRows } from "./store-ingest.ts";

const ROWS = 1000;
const POINTS = ROWS * 10;
const RUNS = 4;
/** Bodies that are sent before it counts: the code of a server that runs for days is warm. */
const WARM_UP = 60;

interface Body {
  readonly type: string;
  readonly bytes: Uint8Array | string;
}

/** Batch `seq` in binary; the first one of a run starts it. */
function binary(runId: string, seq: number): Body {
  const start = { type: "start", runId, project: "bench", wallMs: 1.7e12 } as const;
  const events = [...(seq === 0 ? [start] : []), noisyRows(seq * ROWS, ROWS)];
  return {
    type: "application/vnd.trainlog.batch",
    bytes: encodeBody([{ origin: { writerId: "bench", seq }, events }]),
  };
}

/** The same in JSON. */
function json(runId: string, seq: number): Body {
  const start = { type: "start", runId, project: "bench", wallMs: 1.7e12 };
  const { rows } = noisyRows(seq * ROWS, ROWS);
  const columns = rows.columns.map((column) => ({ ...column, values: Array.from(column.values) }));
  const table = { steps: Array.from(rows.steps), wallMs: Array.from(rows.wallMs), columns };
  const events = [...(seq === 0 ? [start] : []), { type: "rows", rows: table }];
  return { type: "application/json", bytes: JSON.stringify({ writerId: "bench", seq, events }) };
}

async function post(agent: Agent, url: string, { type, bytes }: Body): Promise<void> {
  const headers = { "content-type": type, "content-length": Buffer.byteLength(bytes) };
  const sent = request(url, { method: "POST", agent, headers });
  sent.end(bytes);
  const [answer] = await once(sent, "response");
  answer.resume();
  await once(answer, "end");
  if (answer.statusCode !== 200) throw new Error(`the server answered ${answer.statusCode}`);
}

async function ask(server: ChildProcess): Promise<number> {
  const told = once(server, "message");
  server.send("cpu");
  const [{ cpuUs: spentUs }] = await told;
  return spentUs;
}

/** CPU nanoseconds of the server per point. */
async function serverNs(bodyCount: number, make: (runId: string, seq: number) => Body): Promise<number> {
  return inFolder(async (folder) => {
    const script = fileURLToPath(new URL("ours/serve-ingest.ts", import.meta.url));
    const server = fork(script, [folder], { execArgv: ["--conditions=@trainlog/source"] });
    const [{ url }] = await once(server, "message");
    const agent = new Agent({ keepAlive: true });
    const send = async (first: number, count: number): Promise<void> => {
      for (let i = first; i < first + count; i++) {
        const runId = `run-${i % RUNS}`;
        await post(agent, `${url}/api/v1/runs/${runId}/batches`, make(runId, Math.floor(i / RUNS)));
      }
    };
    await send(0, WARM_UP);
    const beforeUs = await ask(server);
    await send(WARM_UP, bodyCount);
    const spentUs = (await ask(server)) - beforeUs;
    agent.destroy();
    server.disconnect();
    await once(server, "exit");
    return (spentUs * 1000) / (bodyCount * POINTS);
  });
}

/** CPU nanoseconds per point of `JSON.parse` alone. */
async function parseNs(): Promise<number> {
  const texts = Array.from({ length: 20 }, (_, seq) => String(json("run", seq + 1).bytes));
  for (const text of texts) JSON.parse(text);
  let spentUs = 0;
  for (let i = 0; i < 5; i++) spentUs += await cpuUs(() => texts.forEach((text) => void JSON.parse(text)));
  return (spentUs * 1000) / (5 * texts.length * POINTS);
}

export async function serverIngest(): Promise<Bench> {
  const inBinary: number[] = [];
  const inJson: number[] = [];
  const bare: number[] = [];
  for (let i = 0; i < 3; i++) {
    inBinary.push(await serverNs(300, binary));
    inJson.push(await serverNs(100, json));
    bare.push(await parseNs());
  }
  const [binaryNs, jsonNs, bareNs] = [median(inBinary), median(inJson), median(bare)];
  const ratio = jsonNs / bareNs;
  return {
    title: "Server",
    method:
      "`POST /runs/:id/batches` over one connection, 4 runs by turns, batches of 1000 rows × 10 metrics, each answered when it is durable. CPU of the server's process, all of its threads, user and system, after 60 batches that do not count; 3 servers.",
    figures: [
      {
        what: "binary ingest, CPU per point",
        value: `${digits(binaryNs)} ns (${digits(1e3 / binaryNs)} M points/s per core)`,
        target: "≥ 3 M points/s per core",
        reached: binaryNs <= 1e3 / 3,
      },
      {
        what: "JSON ingest, CPU per point",
        value: `${digits(jsonNs)} ns (${digits(ratio)} × bare JSON.parse)`,
        target: "≤ 1.5 × bare JSON.parse",
        reached: ratio <= 1.5,
        note: `bare JSON.parse: ${digits(bareNs)} ns`,
      },
    ],
  };
}
