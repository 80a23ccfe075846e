/** @file The OpenAPI 3.1 document, made from the table of routes and their schemas. Pure. */
import { z } from "zod";
import { PROBLEM_TYPE, problem } from "../api/index.ts";
import type { JsonObject, JsonValue } from "../run/json.ts";
import type { Route } from "./routes/route.ts";

/** A parameter of a path, with the pattern that it may have. */
const PARAMETER = /:(\w+)(?:\{[^}]*\})?/g;

/** Describes the routes for programs that make clients. */
export function openApiDocument(routes: readonly Route[], version: string): JsonObject {
  const paths = new Map<string, Record<string, JsonValue>>();
  for (const entry of routes) {
    const path = `/api/v1${entry.path.replaceAll(PARAMETER, "{$1}")}`;
    paths.set(path, { ...paths.get(path), [entry.method.toLowerCase()]: operation(entry) });
  }
  return {
    openapi: "3.1.0",
    info: { title: "trainlog", version, license: { name: "Apache-2.0", identifier: "Apache-2.0" } },
    paths: Object.fromEntries(paths),
    components: {
      schemas: { Problem: jsonSchema(problem) },
      securitySchemes: { token: { type: "http", scheme: "bearer" } },
    },
    security: [{}, { token: [] }],
  };
}

function operation({ path, summary, scope, query, body, answer, media }: Route): JsonObject {
  const bodies = [...(body === undefined ? [] : ["application/json"]), ...(media?.body ?? [])];
  const answerType = media?.answer ?? "application/json";
  return {
    summary,
    security: [{}, { token: [scope] }],
    parameters: [...pathParameters(path), ...queryParameters(query)],
    ...(bodies.length === 0 ? {} : { requestBody: { required: true, content: content(bodies, body) } }),
    responses: {
      "200": { description: "Done", content: content([answerType], answer) },
      default: {
        description: "Something is wrong",
        content: { [PROBLEM_TYPE]: { schema: { $ref: "#/components/schemas/Problem" } } },
      },
    },
  };
}

function content(types: readonly string[], schema: z.ZodType | undefined): JsonObject {
  return Object.fromEntries(types.map((type) => [type, schema === undefined ? {} : { schema: jsonSchema(schema) }]));
}

function pathParameters(path: string): JsonObject[] {
  return Array.from(path.matchAll(PARAMETER), ([, name = ""]) => ({
    ...{ name, in: "path", required: true },
    schema: { type: "string" },
  }));
}

function queryParameters(query: z.ZodType): JsonObject[] {
  const { properties = {}, required = [] } = jsonSchema(query) as {
    readonly properties?: JsonObject;
    readonly required?: readonly string[];
  };
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: "query",
    required: required.includes(name),
    schema,
  }));
}

/** A schema whose checks are code says its JSON Schema in its metadata, under `jsonSchema`. */
function jsonSchema(schema: z.ZodType): JsonObject {
  const made = z.toJSONSchema(schema, {
    io: "input",
    unrepresentable: "any",
    override: ({ zodSchema, jsonSchema: target }) => {
      const said: unknown = z.globalRegistry.get(zodSchema)?.["jsonSchema"];
      if (said === undefined) return;
      for (const key of Object.keys(target)) if (key !== "description") Reflect.deleteProperty(target, key);
      Object.assign(target, said);
    },
  });
  const { $schema: _, ...rest } = made;
  // What zod makes is plain JSON.
  return rest as unknown as JsonObject;
}
