/**
 * @file The HTTP API as functions: one method per route, with the types of `trainlog/api`. Nothing of Node is used, so it is the same in a browser.
 *
 * Numbers that JSON cannot say come as the API says them (`"NaN"`, …): use `fromWireNumber` of `trainlog/api`.
 */
import type {
  ArtifactsAnswer,
  BatchAnswer,
  BulkAnswer,
  BulkRequest,
  ColumnList,
  ColumnListQuery,
  ConsoleAnswer,
  ConsoleLinesQuery,
  CreatedRun,
  CreatedToken,
  CreateRun,
  CreateToken,
  EditedRun,
  FolderList,
  GroupList,
  GroupListQuery,
  Health,
  LiveMessage,
  LiveQuery,
  MediaAnswer,
  MediaItemsQuery,
  MetricList,
  MetricsQuery,
  PointsAnswer,
  PointsQuery,
  ProjectDetail,
  ProjectList,
  ProjectPatch,
  RunDetail,
  RunInfo,
  RunList,
  RunListQuery,
  RunPatch,
  SeriesAnswer,
  SeriesRequest,
  TokenInfo,
  TokenList,
  TrashList,
  TrashListQuery,
  ValueList,
  ValueListQuery,
  Version,
  Whoami,
} from "../api/index.ts";
import { isTrainlogError } from "../run/error.ts";
import type { RunEvent } from "../run/event.ts";
import { type Batch, encodeBody } from "../run-log/codec/index.ts";
import { eventsOf } from "./event-stream.ts";
import { type ClientOptions, HttpChannel } from "./http.ts";
import { type LiveOptions, liveMessages } from "./live.ts";

/** Media type of batches in binary. */
const BATCH_TYPE = "application/vnd.trainlog.batch";

/** The tokens of a server. */
export interface TokenRoutes {
  list(): Promise<readonly TokenInfo[]>;
  /** Makes a token; the answer is the only time that its secret is said. */
  create(token: CreateToken): Promise<CreatedToken>;
  /** @throws TrainlogError `token/not-found`. */
  revoke(id: string): Promise<TokenInfo>;
}

/**
 * A trainlog server.
 *
 * Methods reject with a TrainlogError: the server's own code (`run/not-found`, `auth/…`, `api/…`), or `client/unreachable`, `client/not-trainlog`,
 * `client/bad-answer`.
 *
 * @example
 * const client = new TrainlogClient("http://gpu-box:5000", { token });
 * const { runs } = await client.runs({ filter: "metric.loss.min < 0.1", sort: "metric.loss.min" });
 */
export class TrainlogClient {
  /** Address of the server. */
  readonly url: string;
  /** Plain requests, for routes that have no method here. */
  readonly channel: HttpChannel;

  /** @throws TrainlogError `client/bad-url`. */
  constructor(url: string, options: ClientOptions = {}) {
    this.channel = new HttpChannel(url, options);
    this.url = this.channel.url;
  }

  /** The server's tokens; needs one of the scope `admin`. */
  get tokens(): TokenRoutes {
    return {
      list: async () => (await this.channel.json<TokenList>("GET", "/tokens")).tokens,
      create: (token) => this.channel.json("POST", "/tokens", { json: token }),
      revoke: (id) => this.channel.json("DELETE", `/tokens/${encodeURIComponent(id)}`),
    };
  }

  /** What the token of this client allows. */
  whoami(): Promise<Whoami> {
    return this.channel.json("GET", "/whoami");
  }

  health(): Promise<Health> {
    return this.channel.json("GET", "/health");
  }

  version(): Promise<Version> {
    return this.channel.json("GET", "/version");
  }

  folders(): Promise<FolderList> {
    return this.channel.json("GET", "/folders");
  }

  projects(): Promise<ProjectList> {
    return this.channel.json("GET", "/projects");
  }

  project(project: string): Promise<ProjectDetail> {
    return this.channel.json("GET", `/projects/${encodeURIComponent(project)}`);
  }

  editProject(project: string, patch: ProjectPatch): Promise<ProjectDetail> {
    return this.channel.json("PATCH", `/projects/${encodeURIComponent(project)}`, { json: patch });
  }

  columns(project: string, query: ColumnListQuery = {}): Promise<ColumnList> {
    return this.channel.json("GET", `/projects/${encodeURIComponent(project)}/columns`, { query });
  }

  values(project: string, query: ValueListQuery): Promise<ValueList> {
    return this.channel.json("GET", `/projects/${encodeURIComponent(project)}/values`, { query });
  }

  groups(query: GroupListQuery): Promise<GroupList> {
    return this.channel.json("GET", "/groups", { query });
  }

  runs(query: RunListQuery = {}): Promise<RunList> {
    return this.channel.json("GET", "/runs", { query });
  }

  run(runId: string): Promise<RunDetail> {
    return this.channel.json("GET", runPath(runId));
  }

  createRun(run: CreateRun): Promise<CreatedRun> {
    return this.channel.json("POST", "/runs", { json: run });
  }

  editRun(runId: string, patch: RunPatch): Promise<EditedRun> {
    return this.channel.json("PATCH", runPath(runId), { json: patch });
  }

  deleteRun(runId: string): Promise<{ readonly runId: string }> {
    return this.channel.json("DELETE", runPath(runId));
  }

  restoreRun(runId: string): Promise<RunInfo> {
    return this.channel.json("POST", `${runPath(runId)}/restore`);
  }

  bulk(request: BulkRequest): Promise<BulkAnswer> {
    return this.channel.json("POST", "/runs/bulk", { json: request });
  }

  trash(query: TrashListQuery = {}): Promise<TrashList> {
    return this.channel.json("GET", "/trash", { query });
  }

  series(request: SeriesRequest): Promise<SeriesAnswer> {
    return this.channel.json("POST", "/series", { json: request });
  }

  points(runId: string, query: PointsQuery): Promise<PointsAnswer> {
    return this.channel.json("GET", `${runPath(runId)}/points`, { query });
  }

  metrics(runId: string, query: MetricsQuery = {}): Promise<MetricList> {
    return this.channel.json("GET", `${runPath(runId)}/metrics`, { query });
  }

  console(runId: string, query: ConsoleLinesQuery = {}): Promise<ConsoleAnswer> {
    return this.channel.json("GET", `${runPath(runId)}/console`, { query });
  }

  media(runId: string, query: MediaItemsQuery = {}): Promise<MediaAnswer> {
    return this.channel.json("GET", `${runPath(runId)}/media`, { query });
  }

  artifacts(runId: string): Promise<ArtifactsAnswer> {
    return this.channel.json("GET", `${runPath(runId)}/artifacts`);
  }

  /** Everything that a run said, in order, in bounded memory. */
  async *events(runId: string): AsyncGenerator<RunEvent> {
    const response = await this.channel.open("GET", `${runPath(runId)}/batches`);
    yield* eventsOf(bytesOf(response));
  }

  /** Sends batches; each needs an origin, and one that was stored before changes nothing. Resolves when they are durable. */
  sendBatches(runId: string, batches: readonly Batch[]): Promise<BatchAnswer> {
    return this.channel.json("POST", `${runPath(runId)}/batches`, { body: encodeBody(batches), type: BATCH_TYPE });
  }

  /** Bytes of a stored file. @throws TrainlogError `blob/not-found`. */
  async blob(sha256: string): Promise<AsyncIterable<Uint8Array>> {
    return bytesOf(await this.channel.open("GET", `/blobs/${encodeURIComponent(sha256)}`));
  }

  /** Size of a stored file in bytes; `undefined` when the server has not got it. */
  async blobSize(sha256: string): Promise<number | undefined> {
    try {
      const { headers } = await this.channel.open("HEAD", `/blobs/${encodeURIComponent(sha256)}`);
      return Number(headers.get("content-length") ?? 0);
    } catch (error) {
      // The answer to HEAD has no body that could say a code.
      if (isTrainlogError(error, "client/not-trainlog")) return undefined;
      throw error;
    }
  }

  /** Uploads bytes unless the server has them; `open` is called only when it has not. */
  async putBlob(sha256: string, open: () => BodyInit): Promise<void> {
    if ((await this.blobSize(sha256)) !== undefined) return;
    await this.channel.open("PUT", `/blobs/${sha256}`, { body: open(), type: "application/octet-stream" });
  }

  /** What changes from now on, over lost connections; see `liveMessages`. */
  live(query: LiveQuery, options: LiveOptions = {}): AsyncGenerator<LiveMessage> {
    return liveMessages(this.channel, query, options);
  }
}

function runPath(runId: string): string {
  return `/runs/${encodeURIComponent(runId)}`;
}

async function* bytesOf(response: Response): AsyncGenerator<Uint8Array> {
  for await (const piece of response.body ?? []) yield piece;
}
