/** @file A configuration or summary of one run as a tree: folded, filtered, copied in whole or by parts. */
import type { JSX } from "preact";
import type { JsonObject } from "trainlog/run";
import { CopyButton } from "../../../components/copy-button.tsx";
import { formatValue } from "../../../lib/flatten.ts";
import { countLeaves, type JsonNode } from "../../../lib/json-tree.ts";
import { formatMetricValue } from "../../../lib/metric-unit.ts";
import { formatCount } from "../../../lib/number-format.ts";

/** Entries shown of one level; a summary of thousands of metrics is asked for by filter. */
const MAX_ENTRIES = 500;

interface ValueTreeProps {
  readonly title: string;
  /** What is copied in whole. */
  readonly values: JsonObject;
  /** What is shown of it. */
  readonly nodes: readonly JsonNode[];
  /** Whether a filter chose the nodes: then all of them are unfolded. */
  readonly filtered: boolean;
}

/** A card with the tree. */
export function ValueTree({ title, values, nodes, filtered }: ValueTreeProps): JSX.Element {
  return (
    <section class="card value-card">
      <div class="card-head">
        <h2>
          {title} <span class="count">{formatCount(countLeaves(nodes))}</span>
        </h2>
        <CopyButton label={`Copy ${title.toLowerCase()} as JSON`} text={() => JSON.stringify(values, null, 2)} />
      </div>
      <Level nodes={nodes} open={filtered} />
    </section>
  );
}

function Level({ nodes, open }: { readonly nodes: readonly JsonNode[]; readonly open: boolean }): JSX.Element {
  return (
    <ul class="tree">
      {nodes.slice(0, MAX_ENTRIES).map((node) => (
        <li key={node.path}>
          {node.children === undefined ? (
            <Leaf node={node} />
          ) : (
            <Branch node={node} nodes={node.children} open={open} />
          )}
        </li>
      ))}
      {nodes.length > MAX_ENTRIES && (
        <li class="muted">{formatCount(nodes.length - MAX_ENTRIES)} more: filter to see them.</li>
      )}
    </ul>
  );
}

interface BranchProps {
  readonly node: JsonNode;
  readonly nodes: readonly JsonNode[];
  /** Whether a filter opened it; without one it is open until it is folded. */
  readonly open: boolean;
}

function Branch({ node, nodes, open }: BranchProps): JSX.Element {
  return (
    <details open={open || nodes.length <= MAX_ENTRIES} class="tree-branch">
      <summary>
        <span class="tree-key">{node.key}</span>
        <span class="count">{Array.isArray(node.value) ? `[${nodes.length}]` : `{${nodes.length}}`}</span>
      </summary>
      <CopyButton label={`Copy ${node.path}`} text={() => JSON.stringify(node.value, null, 2)} />
      <Level nodes={nodes} open={open} />
    </details>
  );
}

function Leaf({ node }: { readonly node: JsonNode }): JSX.Element {
  const { key, path, value } = node;
  const isNumber = typeof value === "number";
  const text = isNumber ? formatMetricValue(path, value, 6) : formatValue(value);
  return (
    <div class="tree-leaf">
      <span class="tree-key">{key}</span>{" "}
      <span class={`tree-value ${kindOf(value)}`} title={isNumber ? String(value) : undefined}>
        {text.includes("\n") ? <pre tabIndex={0}>{text}</pre> : text}
      </span>
      <CopyButton label={`Copy ${path}`} text={() => (typeof value === "string" ? value : JSON.stringify(value))} />
    </div>
  );
}

function kindOf(value: JsonNode["value"]): string {
  if (typeof value === "number") return "number";
  return typeof value === "boolean" || value === null ? "word" : "";
}
