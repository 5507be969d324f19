import { execFileSync, spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import Type, { type Static } from "typebox";
import Value from "typebox/value";
import { parseAllDocuments } from "yaml";
import { root } from "./server.ts";

const { Array: List, Integer, Object: Fields, Optional, Record, String: Text, Union, Unknown, Boolean: Flag } = Type;
const Texts = Record(Text(), Text());
const Port = Union([Integer(), Text()]);

const Probe = Fields({ httpGet: Optional(Fields({ path: Text(), port: Port })) });
const Variable = Fields({
  name: Text(),
  value: Optional(Text()),
  valueFrom: Optional(Fields({ secretKeyRef: Optional(Fields({ name: Text(), key: Text() })) })),
});
const Container = Fields({
  name: Text(),
  image: Text(),
  command: Optional(List(Text())),
  args: Optional(List(Text())),
  env: Optional(List(Variable)),
  envFrom: Optional(List(Fields({ configMapRef: Fields({ name: Text() }) }))),
  ports: Optional(List(Fields({ name: Text(), containerPort: Integer() }))),
  startupProbe: Optional(Probe),
  livenessProbe: Optional(Probe),
  readinessProbe: Optional(Probe),
  lifecycle: Optional(Fields({ preStop: Fields({ sleep: Optional(Fields({ seconds: Integer() })) }) })),
  resources: Fields({ requests: Texts, limits: Texts }),
  securityContext: Unknown(),
});
const Pod = Fields({
  metadata: Fields({ labels: Texts }),
  spec: Fields({
    containers: List(Container),
    initContainers: Optional(List(Container)),
    terminationGracePeriodSeconds: Optional(Integer()),
    automountServiceAccountToken: Flag(),
    enableServiceLinks: Flag(),
    securityContext: Unknown(),
    volumes: Optional(List(Record(Text(), Unknown()))),
    topologySpreadConstraints: Optional(List(Unknown())),
  }),
});
const Selector = Fields({ matchLabels: Optional(Texts), matchExpressions: Optional(List(Unknown())) });

/** Of a manifest, what tests read: all kinds in one, for each has its own of these. */
const Manifest = Fields({
  apiVersion: Text(),
  kind: Text(),
  metadata: Fields({ name: Text(), namespace: Optional(Text()), labels: Optional(Texts) }),
  data: Optional(Texts),
  spec: Optional(
    Fields({
      replicas: Optional(Integer()),
      strategy: Optional(Unknown()),
      serviceName: Optional(Text()),
      template: Optional(Pod),
      selector: Optional(Union([Selector, Texts])),
      podSelector: Optional(Selector),
      ports: Optional(List(Fields({ name: Text(), port: Integer(), targetPort: Port }))),
      scaleTargetRef: Optional(Fields({ kind: Text(), name: Text() })),
      metrics: Optional(List(Fields({ pods: Optional(Fields({ metric: Fields({ name: Text() }) })) }))),
    }),
  ),
});
export type Manifest = Static<typeof Manifest>;
export type Container = Static<typeof Container>;
export type Pod = Static<typeof Pod>;

/** Kustomize 5, by itself or as part of kubectl. Debian's own kubectl is older. */
const renderer = [
  ["kustomize", "version", "build"],
  ["kubectl", "version --client", "kustomize"],
].find(([program = "", version = ""]) =>
  /\bv5\.\d/.test(String(spawnSync(program, version.split(" "), { encoding: "utf8" }).stdout)),
);

/** Tests of what kustomize renders; where there is none a line says so, but CI must have one. */
export function describeOnKustomize(title: string, suite: () => void): void {
  if (renderer) describe(title, suite);
  else if (process.env.CI === undefined) console.log(`${title}: left out, for want of kustomize 5 or a new kubectl`);
  else describe(title, () => it("finds kustomize", () => Promise.reject(new Error("there is no kustomize 5"))));
}

/** All that is applied by `kubectl apply -k`, by folder. */
export const overlays = [
  ...readdirSync(join(root, "k8s/overlays")).map((name) => `overlays/${name}`),
  "overlays/production/migrate",
];

const rendered = new Map<string, unknown[]>();

/** What kustomize makes of a folder below `k8s`, as it is. */
export function renderedOf(folder: string): unknown[] {
  const known = rendered.get(folder);
  if (known) return known;
  const [program = "", , verb = ""] = renderer ?? [];
  const text = execFileSync(program, [verb, join(root, "k8s", folder)], { encoding: "utf8", maxBuffer: 1e8 });
  const objects = parseAllDocuments(text).map((document): unknown => document.toJS());
  rendered.set(folder, objects);
  return objects;
}

/** The same, to be read. */
export const manifestsOf = (folder: string): Manifest[] =>
  renderedOf(folder).map((object) => Value.Parse(Manifest, object));

/** Those of one kind, or with pods. */
export const podsOf = (manifests: Manifest[]): { owner: Manifest; pod: Pod }[] =>
  manifests.flatMap((owner) => (owner.spec?.template ? [{ owner, pod: owner.spec.template }] : []));
