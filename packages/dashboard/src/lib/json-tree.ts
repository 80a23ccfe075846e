/** @file A configuration as a tree that can be folded, and what a filter leaves of it. */
import { isPlainObject, type JsonObject, type JsonValue } from "trainlog/run";
import { formatValue, specialNumber } from "./flatten.ts";
import { compareNaturally } from "./metric-groups.ts";
import { holds } from "./text-match.ts";

/** One value of the tree. */
export interface JsonNode {
  /** Its key, or its place in a list. */
  readonly key: string;
  /** Keys on the way to it, joined by `/`, itself included. */
  readonly path: string;
  readonly value: JsonValue;
  /** What is in it; absent when it is shown as one value. */
  readonly children?: readonly JsonNode[];
}

/** The fields of an object in natural order of their keys. Lists without objects in them stand in one line. */
export function jsonTree(object: JsonObject, prefix = ""): JsonNode[] {
  return Object.entries(object)
    .map(([key, value]) => nodeOf(key, value, prefix))
    .sort((a, b) => compareNaturally(a.key, b.key));
}

/** The nodes whose path or value holds `wanted`, under the nodes on the way to them. Below a node that holds it in its own key, everything stays. */
export function filterTree(nodes: readonly JsonNode[], wanted: string): JsonNode[] {
  if (wanted === "") return [...nodes];
  return nodes.flatMap((node): JsonNode[] => {
    if (holds(node.path, wanted)) return [node];
    if (node.children === undefined) return holds(formatValue(node.value), wanted) ? [node] : [];
    const children = filterTree(node.children, wanted);
    return children.length === 0 ? [] : [{ ...node, children }];
  });
}

/** Takes out texts of many lines, such as a diff: they do not fit beside a key. */
export function splitLongTexts(nodes: readonly JsonNode[]): { readonly nodes: JsonNode[]; readonly texts: JsonNode[] } {
  const texts: JsonNode[] = [];
  const kept = nodes.flatMap((node): JsonNode[] => {
    if (typeof node.value === "string" && node.value.includes("\n")) {
      texts.push(node);
      return [];
    }
    if (node.children === undefined) return [node];
    const inner = splitLongTexts(node.children);
    texts.push(...inner.texts);
    return inner.nodes.length === 0 ? [] : [{ ...node, children: inner.nodes }];
  });
  return { nodes: kept, texts };
}

/** Values at the ends of the tree. */
export function countLeaves(nodes: readonly JsonNode[]): number {
  return nodes.reduce((sum, { children }) => sum + (children === undefined ? 1 : countLeaves(children)), 0);
}

function nodeOf(key: string, value: JsonValue, prefix: string): JsonNode {
  const path = prefix === "" ? key : `${prefix}/${key}`;
  if (isObject(value) && specialNumber(value) === undefined && Object.keys(value).length > 0)
    return { key, path, value, children: jsonTree(value, path) };
  if (isList(value) && value.some((entry) => isObject(entry) || isList(entry)))
    return { key, path, value, children: value.map((entry, i) => nodeOf(String(i), entry, path)) };
  return { key, path, value };
}

function isObject(value: JsonValue): value is JsonObject {
  return isPlainObject(value);
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
