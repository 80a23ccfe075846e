/** @file Opens an address or a file in the person's browser, where there is one. */
import { spawn } from "node:child_process";
import type { Environment } from "./terminal/style.ts";

/** The program that opens things on a platform, with its arguments before the address; `undefined` when there can be none. */
export function browserCommand(
  platform: NodeJS.Platform,
  env: Environment,
): readonly [program: string, ...args: string[]] | undefined {
  const chosen = env["BROWSER"];
  if (chosen !== undefined && chosen !== "") return [chosen];
  if (platform === "darwin") return ["open"];
  if (platform === "win32") return ["rundll32", "url.dll,FileProtocolHandler"];
  const hasDisplay = (env["DISPLAY"] ?? "") !== "" || (env["WAYLAND_DISPLAY"] ?? "") !== "";
  return hasDisplay ? ["xdg-open"] : undefined;
}

/** Opens `address` and says whether a browser could be started. It is started by name with arguments, never through a shell. */
export async function openInBrowser(
  address: string,
  env: Environment,
  platform: NodeJS.Platform = process.platform,
): Promise<boolean> {
  const command = browserCommand(platform, env);
  if (command === undefined) return false;
  const [program, ...args] = command;
  const child = spawn(program, [...args, address], { stdio: "ignore", detached: true });
  child.unref();
  return new Promise((settle) => {
    child.once("spawn", () => settle(true));
    child.once("error", () => settle(false));
  });
}
