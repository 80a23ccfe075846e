/** @file `trainlog view`: a training log file, or a run, as a page or a picture. */
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { makeFolder } from "../../files/make-folder.ts";
import { readLogFile } from "../../log/index.ts";
import { type Drawable, type RenderOptions, renderHtml, renderPng, renderSvg } from "../../log/render/index.ts";
import { TrainlogError } from "../../run/error.ts";
import { type Command, type CommandContext, defineCommand, EXIT_OK } from "../command.ts";
import { openInBrowser } from "../open-browser.ts";
import { DRAW_OPTIONS } from "../option-types.ts";
import { usageError } from "../parse.ts";
import { PLACE_OPTIONS, type PlaceValues } from "../place/where.ts";
import { withPlace } from "../place/with-place.ts";
import { trainLogOfRun } from "../run-train-log.ts";
import { findRun, logFileOf } from "../store-access.ts";
import { visibleText } from "../terminal/text-width.ts";

type Format = "svg" | "png" | "html";

/** One file to write. */
interface ViewOutput {
  readonly format: Format;
  /** Absolute path, or `-` for standard output. */
  readonly path: string;
}

/** `trainlog view` */
export const viewCommand: Command = defineCommand({
  name: "view",
  summary: "make a page or a picture of a training log file or a run",
  details: [
    "Without --svg, --png or --html it writes one self-contained page to a temporary folder and opens it in the browser; where there is no browser it says where the page is.",
  ],
  arguments: [
    { name: "FILE|RUN", help: "a TrainLog or confusion matrix in JSON, or a run of the store", required: true },
  ],
  options: {
    svg: { type: "text", value: "OUT", help: "write an SVG picture; - is standard output" },
    png: { type: "text", value: "OUT", help: "write a PNG picture; - is standard output" },
    html: { type: "text", value: "OUT", help: "write a page that needs nothing else; - is standard output" },
    open: { type: "boolean", help: "open what was written in the browser" },
    metric: {
      type: "text",
      value: "KEY",
      multiple: true,
      help: "draw this metric of the run",
      defaultText: "the first 12",
    },
    ...DRAW_OPTIONS,
    theme: { type: "text", value: "THEME", choices: ["auto", "light", "dark"], help: "colours of a picture" },
    width: { type: "integer", value: "PIXELS", min: 240, max: 10_000, help: "width of a picture" },
    height: { type: "integer", value: "PIXELS", min: 120, max: 10_000, help: "height of a picture's plot" },
    ...PLACE_OPTIONS,
  },
  examples: [
    ["trainlog view train_log.json", "opens a page"],
    ["trainlog view train_log.json --svg loss.svg --png loss.png", "writes two pictures"],
    ["trainlog view baseline --metric train/loss --log-y", "a run's loss"],
  ],
  run: async ({ options, args, context }) => {
    const outputs = (["svg", "png", "html"] as const).flatMap((format): ViewOutput[] => {
      const path = options[format];
      return path === undefined ? [] : [{ format, path: path === "-" ? path : resolve(context.cwd, path) }];
    });
    checkOneStandardOutput(outputs, context.out.json);
    const content = await contentOf(args[0] ?? "", options, options.metric, context);
    const drawing = drawingOf(options);
    const wanted = outputs.length > 0 ? outputs : [{ format: "html" as const, path: await temporaryPage() }];
    for (const output of wanted) await writeView(content, output, drawing, context);
    const files = wanted.filter(({ path }) => path !== "-").map(({ path }) => path);
    const opened = options.open || outputs.length === 0 ? await openFiles(files, context) : false;
    context.out.data({ files, opened });
    if (opened) context.out.note("opened in the browser");
    return EXIT_OK;
  },
});

function checkOneStandardOutput(outputs: readonly ViewOutput[], json: boolean): void {
  const streams = outputs.filter(({ path }) => path === "-");
  if (streams.length > 1) throw usageError("only one of --svg, --png and --html can be - (standard output)");
  if (streams.length === 1 && json)
    throw usageError(`--${streams[0]?.format} - and --json both want standard output; write the picture to a file`);
}

async function contentOf(
  target: string,
  place: PlaceValues,
  metrics: readonly string[],
  context: CommandContext,
): Promise<Drawable> {
  const file = await logFileOf(target, context);
  if (file === undefined) {
    return withPlace(place, context, async ({ runs: store }) => {
      const { runId } = await findRun(store, target);
      return trainLogOfRun(store, await store.getRun(runId), metrics);
    });
  }
  if (metrics.length > 0) throw usageError("--metric chooses among a run's metrics; a file is drawn whole");
  const document = await readLogFile(file, { onWarning: (message) => context.out.note(visibleText(message)) });
  return document.content;
}

/** The drawing options of a command line, without those that were not given. */
function drawingOf(options: {
  readonly "log-y": boolean;
  readonly labels: string | undefined;
  readonly theme: string | undefined;
  readonly width: number | undefined;
  readonly height: number | undefined;
}): RenderOptions {
  const { labels, theme, width, height } = options;
  return {
    logY: options["log-y"],
    ...(labels === undefined ? {} : { labels: labels.split(",") }),
    ...(theme === "auto" || theme === "light" || theme === "dark" ? { theme } : {}),
    ...(width === undefined ? {} : { widthPx: width }),
    ...(height === undefined ? {} : { heightPx: height }),
  };
}

async function temporaryPage(): Promise<string> {
  return join(await mkdtemp(join(tmpdir(), "trainlog-view-")), "view.html");
}

async function render(content: Drawable, format: Format, drawing: RenderOptions): Promise<string | Uint8Array> {
  if (format === "png") return renderPng(content, drawing);
  return format === "svg" ? renderSvg(content, drawing) : renderHtml(content, drawing);
}

async function writeView(
  content: Drawable,
  { format, path }: ViewOutput,
  drawing: RenderOptions,
  { out }: CommandContext,
): Promise<void> {
  const bytes = await render(content, format, drawing);
  if (path === "-") return out.bytes(bytes);
  try {
    makeFolder(dirname(path));
    await writeFile(path, bytes);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TrainlogError("cli/write-failed", `${path}: could not be written: ${reason}`, { cause });
  }
  out.text(path);
}

/** Opens files in the browser; says where to find them when there is none. */
async function openFiles(files: readonly string[], { env, out }: CommandContext): Promise<boolean> {
  const opened = await Promise.all(files.map((file) => openInBrowser(pathToFileURL(file).href, env)));
  if (opened.every(Boolean)) return files.length > 0;
  out.note(
    `no browser here; open ${files.length === 1 ? "it" : "them"} yourself: ${files.map((file) => pathToFileURL(file).href).join(" ")}`,
  );
  return false;
}
