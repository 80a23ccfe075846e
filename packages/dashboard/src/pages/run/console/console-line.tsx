/** @file One line of console output: number, time, and the text in the colours that the program gave it. */
import type { JSX } from "preact";
import type { ConsoleLineInfo } from "trainlog/api";
import { ansiLook } from "../../../lib/ansi-look.ts";
import { type AnsiPiece, ansiPieces } from "../../../lib/ansi-text.ts";
import { formatCount } from "../../../lib/number-format.ts";
import type { Rgb } from "../../../lib/readable-ink.ts";
import type { Theme } from "../../../lib/run-colour.ts";
import { splitAtHits } from "../../../lib/text-match.ts";
import { formatTimeOfDay } from "../../../lib/time-format.ts";

/** Characters drawn of one line: nobody reads more, and a line of megabytes would stop the page. The download has them all. */
const MAX_CHARS = 4000;

interface LineProps {
  readonly line: ConsoleLineInfo;
  readonly theme: Theme;
  /** What is looked for; its places are marked. */
  readonly wanted: string;
  readonly current: boolean;
}

/** The line. */
export function Line({ line, theme, wanted, current }: LineProps): JSX.Element {
  const cut = line.text.length - MAX_CHARS;
  const pieces = ansiPieces(cut > 0 ? line.text.slice(0, MAX_CHARS) : line.text);
  return (
    <div class={`console-line ${line.stream}${current ? " current" : ""}`}>
      <span class="line-number">{line.line + 1}</span>
      <time title={new Date(line.wallMs).toISOString()}>{formatTimeOfDay(line.wallMs).slice(0, 8)}</time>
      {line.stream === "stderr" && <span class="visually-hidden">error output: </span>}
      <span class="line-text">
        {pieces.map((piece, i) => (
          <Piece key={i} piece={piece} theme={theme} wanted={wanted} />
        ))}
        {cut > 0 && <em class="muted"> … {formatCount(cut)} more characters</em>}
      </span>
    </div>
  );
}

interface PieceProps {
  readonly piece: AnsiPiece;
  readonly theme: Theme;
  readonly wanted: string;
}

function Piece({ piece, theme, wanted }: PieceProps): JSX.Element {
  const { ink, ground, classes } = ansiLook(piece, theme);
  const text = splitAtHits(piece.text, wanted).map((part, i) =>
    part.hit ? <mark key={i}>{part.text}</mark> : part.text,
  );
  if (ink === undefined && ground === undefined && classes.length === 0) return <>{text}</>;
  const style = {
    ...(ink !== undefined && { color: cssColour(ink) }),
    ...(ground !== undefined && { backgroundColor: cssColour(ground) }),
  };
  return (
    <span class={classes.join(" ")} style={style}>
      {text}
    </span>
  );
}

function cssColour(colour: Rgb): string {
  return `rgb(${colour.join(" ")})`;
}
