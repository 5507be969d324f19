import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Makes `kubernetes.json` from Kubernetes' own description of itself:
 * `node test/unit/k8s/make-schemas.ts <kubernetes>/api/openapi-spec/v3`, of the release that we test against. Of the
 * kinds that we use, without descriptions, and closed: an unknown field is a fault, as with `--validate=strict`.
 */

const KINDS = [
  "v1 ConfigMap",
  "v1 Namespace",
  "v1 Secret",
  "v1 Service",
  "apps/v1 Deployment",
  "apps/v1 StatefulSet",
  "autoscaling/v2 HorizontalPodAutoscaler",
  "batch/v1 Job",
  "networking.k8s.io/v1 Ingress",
  "networking.k8s.io/v1 NetworkPolicy",
  "policy/v1 PodDisruptionBudget",
];
/** What only a server writes. */
const WRITTEN_BY_SERVER = ["status", "managedFields"];
const KEPT = ["type", "required", "enum", "items", "oneOf", "anyOf", "additionalProperties"];

type Kind = { group: string; version: string; kind: string };
type Schema = { [key: string]: unknown; properties?: Record<string, Schema>; allOf?: Schema[]; $ref?: string };

const folder = process.argv[2] ?? "";
const described: Record<string, Schema> = {};
for (const file of readdirSync(folder)) {
  const { components } = JSON.parse(readFileSync(join(folder, file), "utf8"));
  Object.assign(described, components?.schemas);
}

const definitions: Record<string, unknown> = {};

function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== "object" || schema === null) return schema;
  const { $ref, allOf, properties, format, ...rest }: Schema = { ...schema };
  if ($ref !== undefined) return reference($ref.split("/").at(-1) ?? "");
  if (allOf?.length === 1) return closed(allOf[0]);
  if (format === "int-or-string") return { type: ["integer", "string"] };
  const kept = Object.fromEntries(KEPT.filter((key) => key in rest).map((key) => [key, closed(rest[key])]));
  if (!properties) return kept;
  const fields = Object.entries(properties).filter(([name]) => !WRITTEN_BY_SERVER.includes(name));
  const ours = Object.fromEntries(fields.map(([name, field]) => [name, closed(field)]));
  return { additionalProperties: false, ...kept, properties: ours };
}

function reference(name: string): unknown {
  if (!(name in definitions)) {
    definitions[name] = {};
    definitions[name] = closed(described[name]);
  }
  return { $ref: `#/$defs/${name}` };
}

const kinds: Record<string, unknown> = {};
for (const [name, schema] of Object.entries(described)) {
  for (const { group, version, kind } of (schema["x-kubernetes-group-version-kind"] ?? []) as Kind[]) {
    const key = `${group ? `${group}/` : ""}${version} ${kind}`;
    if (KINDS.includes(key)) kinds[key] = reference(name);
  }
}
const file = join(import.meta.dirname, "kubernetes.json");
writeFileSync(file, `${JSON.stringify({ kinds, $defs: definitions })}\n`);
