/** @file A tracker that keeps nothing: for tests and for switching tracking off without changing the script. */
import { Tracker } from "./tracker.ts";

/** Checks the lifecycle and keeps nothing. */
export class NullTracker extends Tracker {
  protected override _init(): void {}
  protected override _log(): void {}
  protected override _finish(): void {}
}
