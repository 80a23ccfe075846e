/** @file `trainlog login` and `trainlog logout`: the server that verbs go to, with its token. */
import { TrainlogClient } from "../../client/index.ts";
import { type Command, defineCommand, EXIT_OK } from "../command.ts";
import { usageError } from "../parse.ts";
import { type KnownServer, readLogins, writeLogins } from "../place/login-file.ts";
import { serverAt } from "../place/where.ts";
import { visibleText } from "../terminal/text-width.ts";

/** `trainlog login` */
export const loginCommand: Command = defineCommand({
  name: "login",
  summary: "remember a server, so that verbs work on its runs",
  details: [
    "Asks the server first, and remembers it with its token in the configuration folder, readable by you alone. From then on verbs work on that server, unless --dir, --url, $TRAINLOG_URL or $TRAINLOG_DIR says otherwise.",
    "A token in a command line can be seen by other people of the machine and stays in the shell's history; set $TRAINLOG_TOKEN instead where that matters. Without a URL it says which servers are remembered.",
  ],
  arguments: [{ name: "URL", help: "address of the server; those that are remembered are listed when there is none" }],
  options: {
    token: { type: "text", value: "TOKEN", help: "the server's token", defaultText: "$TRAINLOG_TOKEN" },
  },
  examples: [
    ["TRAINLOG_TOKEN=… trainlog login https://runs.example.com", "remembers a server and the token"],
    ["trainlog login http://gpu-box:5000", "one that asks for no token"],
  ],
  exitCodes: { 1: "the server does not answer, or does not take the token; nothing was remembered" },
  run: async ({ options, args: [address], context }) => {
    const { out, env, signal } = context;
    const logins = readLogins(env);
    if (address === undefined) {
      out.data({
        current: logins.current,
        servers: logins.servers.map(({ url, token }) => ({ url, hasToken: token !== undefined })),
      });
      const lines = logins.servers.map(({ url }) => `${url === logins.current ? "*" : " "} ${visibleText(url)}`);
      out.text(lines.length === 0 ? "no server is remembered; trainlog login URL" : lines.join("\n"));
      return EXIT_OK;
    }
    const { url, token } = serverAt(address, options.token, "option", context);
    const server: KnownServer = { url, ...(token === undefined ? {} : { token }) };
    const client = new TrainlogClient(url, { signal, ...(token === undefined ? {} : { token }) });
    const { version } = await client.version();
    const path = writeLogins(
      { current: url, servers: [...logins.servers.filter((one) => one.url !== url), server] },
      env,
    );
    out.data({ url, version, path });
    out.text(`${url} runs trainlog ${visibleText(version)}; verbs work on it from now on (remembered in ${path})`);
    return EXIT_OK;
  },
});

/** `trainlog logout` */
export const logoutCommand: Command = defineCommand({
  name: "logout",
  summary: "forget a server and its token",
  arguments: [{ name: "URL", help: "the server; that of the last login when there is none" }],
  options: { all: { type: "boolean", help: "forget every server" } },
  examples: [["trainlog logout", "verbs work on folders again"]],
  run: async ({ options, args: [address], context }) => {
    const { out, env } = context;
    const { current, servers } = readLogins(env);
    const url = address === undefined ? current : serverAt(address, undefined, "option", context).url;
    const isForgotten = (server: KnownServer): boolean => options.all || server.url === url;
    const forgotten = servers.filter(isForgotten).map((server) => server.url);
    if (address !== undefined && forgotten.length === 0)
      throw usageError(`${address} is not remembered (see: trainlog login)`);
    const stays = options.all || current === url ? {} : { ...(current === undefined ? {} : { current }) };
    if (servers.length > 0) writeLogins({ ...stays, servers: servers.filter((server) => !isForgotten(server)) }, env);
    out.data({ forgotten });
    out.text(forgotten.length === 0 ? "no server was remembered" : `forgot ${forgotten.map(visibleText).join(", ")}`);
    return EXIT_OK;
  },
});
