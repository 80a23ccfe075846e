/** @file Offsets in one arena for stretches of memory that are needed for a while: best fit over the free gaps, in the order of time. */

/** A stretch of memory and the steps during which it is needed. */
export interface Stretch {
  readonly sizeBytes: number;
  /** First step at which it is written. */
  readonly from: number;
  /** Last step at which it is read; it may be given away after it. */
  readonly to: number;
}

/** Where everything lies. */
export interface ArenaLayout {
  /** One per stretch, in bytes from the arena's start; multiples of {@link ALIGN_BYTES}. */
  readonly offsets: readonly number[];
  readonly totalBytes: number;
}

interface Gap {
  offset: number;
  sizeBytes: number;
}

/** Cache lines; also more than any vector needs. */
export const ALIGN_BYTES = 64;

/** Size of a stretch in the arena: whole cache lines, at least one. */
export function alignedBytes(sizeBytes: number): number {
  return Math.max(1, Math.ceil(sizeBytes / ALIGN_BYTES)) * ALIGN_BYTES;
}

/** Gives each stretch an offset such that no two that are needed at the same step overlap. */
export function layOutArena(stretches: readonly Stretch[]): ArenaLayout {
  const gaps = new Gaps();
  const offsets: number[] = new Array(stretches.length).fill(0);
  const byStart = stretches.map((_, i) => i).sort((a, b) => startOrder(stretches, a, b));
  const byEnd = stretches.map((_, i) => i).sort((a, b) => (stretches[a]?.to ?? 0) - (stretches[b]?.to ?? 0));
  let ended = 0;
  for (const i of byStart) {
    const stretch = stretches[i];
    if (stretch === undefined) continue;
    for (; ended < byEnd.length; ended += 1) {
      const j = byEnd[ended] ?? 0;
      const other = stretches[j];
      if (other === undefined || other.to >= stretch.from) break;
      gaps.give(offsets[j] ?? 0, alignedBytes(other.sizeBytes));
    }
    offsets[i] = gaps.take(alignedBytes(stretch.sizeBytes));
  }
  return { offsets, totalBytes: gaps.totalBytes };
}

/** Earlier first; among those of one step the largest, which is the hardest to place. */
function startOrder(stretches: readonly Stretch[], a: number, b: number): number {
  const [x, y] = [stretches[a], stretches[b]];
  if (x === undefined || y === undefined) return 0;
  return x.from - y.from || y.sizeBytes - x.sizeBytes || a - b;
}

/** The free gaps of an arena, in the order of their offsets, never two side by side. */
class Gaps {
  totalBytes = 0;
  private readonly gaps: Gap[] = [];

  /** Offset of a stretch: in the smallest gap that holds it, or at the end. */
  take(sizeBytes: number): number {
    let best: Gap | undefined;
    for (const gap of this.gaps) {
      if (gap.sizeBytes >= sizeBytes && (best === undefined || gap.sizeBytes < best.sizeBytes)) best = gap;
    }
    if (best === undefined) return this.takeAtEnd(sizeBytes);
    const { offset } = best;
    best.offset += sizeBytes;
    best.sizeBytes -= sizeBytes;
    if (best.sizeBytes === 0) this.gaps.splice(this.gaps.indexOf(best), 1);
    return offset;
  }

  /** A gap at the end grows; otherwise the arena does. */
  private takeAtEnd(sizeBytes: number): number {
    const last = this.gaps.at(-1);
    const open = last !== undefined && last.offset + last.sizeBytes === this.totalBytes;
    const offset = open ? last.offset : this.totalBytes;
    if (open) this.gaps.pop();
    this.totalBytes = offset + sizeBytes;
    return offset;
  }

  /** Takes a stretch back. */
  give(offset: number, sizeBytes: number): void {
    const at = this.firstAfter(offset);
    const before = this.gaps[at - 1];
    const after = this.gaps[at];
    const joinsBefore = before !== undefined && before.offset + before.sizeBytes === offset;
    const joinsAfter = after !== undefined && offset + sizeBytes === after.offset;
    if (joinsBefore && joinsAfter) {
      before.sizeBytes += sizeBytes + after.sizeBytes;
      this.gaps.splice(at, 1);
    } else if (joinsBefore) {
      before.sizeBytes += sizeBytes;
    } else if (joinsAfter) {
      after.offset = offset;
      after.sizeBytes += sizeBytes;
    } else {
      this.gaps.splice(at, 0, { offset, sizeBytes });
    }
  }

  private firstAfter(offset: number): number {
    let [low, high] = [0, this.gaps.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.gaps[middle]?.offset ?? 0) > offset) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
