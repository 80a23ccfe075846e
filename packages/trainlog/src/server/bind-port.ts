/** @file Binds a port: the wanted one, or the next free one when nobody insists. */
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { TrainlogError } from "../run/error.ts";

/** Ports that are tried after the wanted one. */
const MAX_TRIES = 100;

/** Where to listen. */
export interface PortWish {
  readonly host: string;
  readonly port: number;
  /** Whether the next free port will do. */
  readonly mayMove: boolean;
}

/**
 * Listens.
 *
 * @returns The port that it got.
 * @throws TrainlogError `server/port-taken` when it is taken and may not move, `server/bad-host` for a name or address that is not of this machine.
 */
export async function bindPort(server: Server, { host, port, mayMove }: PortWish): Promise<{ readonly port: number }> {
  const tries = mayMove && port !== 0 ? MAX_TRIES : 1;
  for (let i = 0; i < tries && port + i <= 65_535; i++) {
    const bound = await tryPort(server, host, port + i);
    if (bound !== undefined) return { port: bound };
  }
  const range = tries === 1 ? `port ${port} on ${host} is` : `ports ${port} to ${port + tries - 1} on ${host} are`;
  const way = "stop the other program, or ask for another port (`--port 0` takes any free one)";
  throw new TrainlogError("server/port-taken", `${range} taken by another program; ${way}`, { status: 409 });
}

/** The port that was bound; undefined when it is taken. */
async function tryPort(server: Server, host: string, port: number): Promise<number | undefined> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ host, port, exclusive: true }, () => {
        server.off("error", reject);
        resolve();
      });
    });
  } catch (cause) {
    if (isTaken(cause)) return undefined;
    const message = `cannot listen on ${host}, port ${port}: ${(cause as Error).message}`;
    throw new TrainlogError("server/bad-host", message, { cause, status: 400 });
  }
  // A server that listens on a port has an address with that port.
  return (server.address() as AddressInfo).port;
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EADDRINUSE";
}
