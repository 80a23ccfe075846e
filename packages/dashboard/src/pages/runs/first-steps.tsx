/** @file What to run when there is nothing to see yet. */
import type { JSX } from "preact";
import { Empty } from "../../components/notice.tsx";

const SCRIPT = `import * as trainlog from "trainlog";

const run = await trainlog.init({ project: "first", config: { lr: 0.1 } });
for (let step = 0; step < 1000; step++) {
  run.log({ loss: Math.exp(-step / 200) + Math.random() / 20 }, { step });
}
await run.finish();`;

/** The commands that fill an empty store. */
export function FirstSteps({ project }: { readonly project: string | undefined }): JSX.Element {
  return (
    <Empty title={project === undefined ? "No runs yet" : `No runs in ${project} yet`}>
      <p>Train something in the folder where this server was started, and its run appears here while it trains.</p>
      <ol class="steps">
        <li>
          <h3>See it work with a small real model</h3>
          <pre>
            <code>npx trainlog demo</code>
          </pre>
        </li>
        <li>
          <h3>
            Or log from your own script, <code>train.js</code>
          </h3>
          <pre>
            <code>{SCRIPT}</code>
          </pre>
        </li>
        <li>
          <h3>Run it</h3>
          <pre>
            <code>node train.js</code>
          </pre>
          <p>
            From another folder or machine, add <code>{`url: "${window.location.origin}"`}</code> to <code>init</code>.
          </p>
        </li>
      </ol>
    </Empty>
  );
}
