/** @file The server about itself. */
import { z } from "zod";

/** Answer of `GET /health`: the process lives. Always quick, never behind a token. */
export interface Health {
  readonly status: "ok";
}

/** {@link Health}. */
export const health: z.ZodType<Health> = z.object({ status: z.literal("ok") });

/** Answer of `GET /ready`: with status 200 when data is served, 503 while the store opens or the server stops. */
export interface Readiness {
  readonly status: "ready" | "starting" | "stopping";
}

/** {@link Readiness}. */
export const readiness: z.ZodType<Readiness> = z.object({ status: z.enum(["ready", "starting", "stopping"]) });

/** Answer of `GET /version`. */
export interface Version {
  readonly name: "trainlog";
  readonly version: string;
  /** Version of this API. */
  readonly api: 1;
  /** Version of the store's format on disk. */
  readonly store: number;
}

/** {@link Version}. */
export const version: z.ZodType<Version> = z.object({
  name: z.literal("trainlog"),
  version: z.string(),
  api: z.literal(1),
  store: z.int(),
});
