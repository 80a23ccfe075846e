/** @file Everything known about one run: notes, facts, configuration, summary, code and machine. */
import type { JSX } from "preact";
import type { RunDetail } from "trainlog/api";
import type { JsonObject } from "trainlog/run";
import { CopyButton } from "../../../components/copy-button.tsx";
import { Empty } from "../../../components/notice.tsx";
import { filterTree, jsonTree, splitLongTexts } from "../../../lib/json-tree.ts";
import type { RunPageStore } from "../../../state/run-page.ts";
import { FactsCard } from "./facts-card.tsx";
import { NotesCard } from "./notes-card.tsx";
import { ValueTree } from "./value-tree.tsx";

interface OneRunProps {
  readonly detail: RunDetail;
  readonly store: RunPageStore;
  readonly filter: string;
}

/** The cards. */
export function OneRun({ detail, store, filter }: OneRunProps): JSX.Element {
  const sections = SECTIONS.map(({ title, pick }) => {
    const values = pick(detail);
    return { title, values, ...splitLongTexts(filterTree(jsonTree(values), filter)) };
  });
  const found = sections.some(({ nodes, texts }) => nodes.length + texts.length > 0);
  return (
    <>
      <NotesCard detail={detail} store={store} />
      {filter === "" && <FactsCard detail={detail} />}
      {sections.map(({ title, values, nodes }) =>
        nodes.length === 0 ? null : (
          // Another filter is another tree: what was folded by hand does not hide what is looked for now.
          <ValueTree key={`${title} ${filter}`} title={title} values={values} nodes={nodes} filtered={filter !== ""} />
        ),
      )}
      {sections.flatMap(({ title, texts }) =>
        texts.map(({ path, value }) => (
          <TextCard key={`${title} ${path}`} title={`${title} · ${path}`} text={String(value)} />
        )),
      )}
      {!found && <Nothing filter={filter} />}
    </>
  );
}

const SECTIONS: readonly { readonly title: string; readonly pick: (detail: RunDetail) => JsonObject }[] = [
  { title: "Config", pick: (detail) => detail.config },
  { title: "Summary", pick: (detail) => detail.summary },
  { title: "Code", pick: (detail) => detail.code },
  { title: "Machine", pick: (detail) => detail.host },
];

function TextCard({ title, text }: { readonly title: string; readonly text: string }): JSX.Element {
  return (
    <section class="card wide">
      <div class="card-head">
        <h2>{title}</h2>
        <CopyButton label={`Copy ${title}`} text={() => text} />
      </div>
      <pre class="long-text" tabIndex={0}>
        {text}
      </pre>
    </section>
  );
}

function Nothing({ filter }: { readonly filter: string }): JSX.Element {
  if (filter !== "") {
    return (
      <Empty title="No such key or value">
        <p>Nothing of this run's configuration, summary, code and machine holds “{filter}”.</p>
      </Empty>
    );
  }
  return (
    <Empty title="No configuration and no summary">
      <p>
        <code>{"trainlog.init({ config })"}</code> and <code>run.summary</code> appear here.
      </p>
    </Empty>
  );
}
