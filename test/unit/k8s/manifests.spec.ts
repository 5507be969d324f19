import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { readConfig, serviceNames, variables } from "../../../config.ts";
import { brokerOptions } from "../../../moleculer.config.ts";
import {
  type Container,
  describeOnKustomize,
  type Manifest,
  manifestsOf,
  overlays,
  type Pod,
  podsOf,
} from "../../support/kubernetes.ts";
import { root } from "../../support/server.ts";

/** Paths that a process answers on each of its ports. */
const ANSWERED: Record<string, string[]> = { metrics: ["/livez", "/readyz"], http: ["/livez", "/readyz"] };
/** Milliseconds that a gateway serves on after SIGTERM, until it is no longer found (`LINGER` of `gateway.service.ts`). */
const LINGER = 3_000;

const isOurs = ({ image }: Container) => image.replace(/:.*/, "").endsWith("wirehouse");
const environmentOf = (container: Container, manifests: Manifest[]): Record<string, string> => {
  const shared = (container.envFrom ?? []).map(({ configMapRef: { name } }) => {
    const found = manifests.find(({ kind, metadata }) => kind === "ConfigMap" && metadata.name === name);
    expect(found, `the ConfigMap ${name}`).not.to.equal(undefined);
    return found?.data ?? {};
  });
  const own = (container.env ?? []).map(({ name, value }) => [name, value ?? "of a secret"]);
  return Object.assign({}, ...shared, Object.fromEntries(own));
};
const matches = (selector: Record<string, string>, labels: Record<string, string>) =>
  Object.entries(selector).every(([label, value]) => labels[label] === value);
const labelsOf = ({ selector }: NonNullable<Manifest["spec"]>): Record<string, string> =>
  Object(selector && "matchLabels" in selector ? selector.matchLabels : (selector ?? {}));

/** What the restricted profile of the Pod Security Standards wants of a pod. */
function unrestricted({ spec }: Pod): string[] {
  const pod = { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } };
  const container = { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } };
  const faults: string[] = [];
  const holds = (has: unknown, wanted: object) =>
    Object.entries(wanted).every(([key, value]) => JSON.stringify(Object(has)[key]) === JSON.stringify(value));
  if (!holds(spec.securityContext, pod)) faults.push("the pod");
  if (!(Object(spec.securityContext).runAsUser > 0)) faults.push("its user");
  for (const one of [...spec.containers, ...(spec.initContainers ?? [])])
    if (!holds(one.securityContext, container)) faults.push(one.name);
  for (const volume of spec.volumes ?? [])
    if (!Object.keys(volume).every((key) => ["name", "emptyDir", "secret", "configMap", "projected"].includes(key)))
      faults.push(`volume ${volume.name}`);
  for (const key of ["hostNetwork", "hostPID", "hostIPC"]) if (Object(spec)[key]) faults.push(key);
  return faults;
}

for (const overlay of overlays) {
  describeOnKustomize(`manifests of ${overlay}`, () => {
    const manifests = manifestsOf(overlay);
    const pods = podsOf(manifests);
    const ours = pods.flatMap(({ owner, pod }) =>
      pod.spec.containers.filter(isOurs).map((container) => ({ owner, pod, container })),
    );

    it("give processes variables that config.ts has, and values that it takes", () => {
      for (const { owner, container } of ours) {
        const environment = environmentOf(container, manifests);
        const where = `${owner.kind} ${owner.metadata.name}`;
        for (const name of Object.keys(environment)) expect(variables, where).to.have.property(name);
        const secrets = new Set((container.env ?? []).filter(({ valueFrom }) => valueFrom).map(({ name }) => name));
        const plain = Object.entries(environment).filter(([name]) => !secrets.has(name));
        expect(() => readConfig(Object.fromEntries(plain)), where).not.to.throw();
        for (const name of ["WIREHOUSE_ADMIN_TOKEN", "DATABASE_URL", "NATS_PASSWORD", "MEILI_KEY"])
          if (name in environment) expect(secrets, `${where}: a secret is not written down`).to.include(name);
      }
    });

    it("run what there is: services, programs, ports and paths of probes", () => {
      for (const { container, owner } of ours) {
        const { SERVICES, PORT, METRICS_PORT } = environmentOf(container, manifests);
        for (const service of SERVICES?.split(",") ?? []) expect(serviceNames).to.include(service);
        const [program] = container.args ?? [];
        if (program) expect(existsSync(join(root, program)), program).to.equal(true);
        if (owner.kind === "Job") continue;
        for (const { name, containerPort } of container.ports ?? [])
          expect(String(containerPort), name).to.equal({ metrics: METRICS_PORT, http: PORT }[name]);
        for (const probe of [container.startupProbe, container.livenessProbe, container.readinessProbe]) {
          const { path = "", port = "" } = probe?.httpGet ?? {};
          expect(ANSWERED[port], `${owner.metadata.name} ${port}`).to.include(path);
          expect(container.ports?.map(({ name }) => name)).to.include(port);
        }
        expect(container.livenessProbe?.httpGet?.path, "who waits for others is not ended").to.equal("/livez");
      }
    });

    it("let a process drain: the grace period is longer than all that it may wait for", () => {
      const { shutdownTimeout = Number.NaN } = brokerOptions.tracking ?? {};
      for (const { owner, pod, container } of ours) {
        if (owner.kind === "Job") continue;
        const before = (container.lifecycle?.preStop?.sleep?.seconds ?? 0) * 1000;
        const grace = (pod.spec.terminationGracePeriodSeconds ?? 30) * 1000;
        expect(grace, owner.metadata.name).to.be.above(before + LINGER + shutdownTimeout + 5_000);
      }
    });

    it("select what there is", () => {
      const labels = pods.map(({ pod }) => pod.metadata.labels);
      for (const { owner, pod } of pods)
        if (owner.kind !== "Job")
          expect(matches(labelsOf(owner.spec ?? {}), pod.metadata.labels), owner.metadata.name).to.equal(true);
      for (const { kind, metadata, spec = {} } of manifests) {
        const selector = spec.podSelector ? Object(spec.podSelector.matchLabels) : labelsOf(spec);
        if (!["Service", "PodDisruptionBudget", "NetworkPolicy"].includes(kind)) continue;
        expect(
          labels.some((some) => matches(selector, some)),
          `${kind} ${metadata.name}`,
        ).to.equal(true);
      }
      for (const { kind, metadata, spec = {} } of manifests.filter((one) => one.kind === "Service")) {
        const chosen = pods.filter(({ pod }) => matches(labelsOf(spec), pod.metadata.labels));
        const ports = chosen.flatMap(({ pod }) => pod.spec.containers.flatMap((one) => one.ports ?? []));
        for (const { targetPort } of spec.ports ?? [])
          expect(
            ports.map(({ name }) => name),
            `${kind} ${metadata.name}`,
          ).to.include(targetPort);
      }
      for (const { spec } of manifests.filter(({ kind }) => kind === "HorizontalPodAutoscaler"))
        expect(
          manifests.some(
            ({ kind, metadata }) => kind === spec?.scaleTargetRef?.kind && metadata.name === spec.scaleTargetRef.name,
          ),
        ).to.equal(true);
    });

    it("run everything, once: each service but the importer has a Deployment or is in a process that runs all", () => {
      if (ours.every(({ owner }) => owner.kind === "Job")) return;
      const run = ours
        .filter(({ owner }) => owner.kind !== "Job")
        .flatMap(({ container }) => environmentOf(container, manifests).SERVICES?.split(",") ?? serviceNames)
        .filter((service) => service !== "importer");
      expect(run.sort()).to.deep.equal(serviceNames.filter((service) => service !== "importer").sort());
    });

    it("name an image by its version, and what a container may use", () => {
      for (const { owner, pod } of pods) {
        for (const { image, resources } of pod.spec.containers) {
          if (overlay !== "migrate")
            expect(image, owner.metadata.name)
              .to.match(/:[\w.-]+$/)
              .and.not.match(/:latest$/);
          for (const kind of ["cpu", "memory"]) {
            expect(resources.requests, `${owner.metadata.name} requests`).to.have.property(kind);
            expect(resources.limits, `${owner.metadata.name} limits`).to.have.property(kind);
          }
        }
      }
    });

    it("hold to the restricted profile, and no pod has a token of the cluster", () => {
      for (const { owner, pod } of pods) {
        expect(unrestricted(pod), owner.metadata.name).to.deep.equal([]);
        expect(pod.spec.automountServiceAccountToken).to.equal(false);
        expect(pod.spec.enableServiceLinks, "variables that others make").to.equal(false);
      }
    });

    it("update without a pod less, and deny what isn't named", () => {
      for (const { kind, spec } of manifests)
        if (kind === "Deployment")
          expect(spec?.strategy).to.deep.equal({
            type: "RollingUpdate",
            rollingUpdate: { maxSurge: 1, maxUnavailable: 0 },
          });
      if (manifests.every(({ kind }) => kind === "Job")) return;
      const everybody = manifests.filter(
        ({ kind, spec }) =>
          kind === "NetworkPolicy" &&
          spec?.podSelector &&
          !spec.podSelector.matchLabels &&
          !spec.podSelector.matchExpressions,
      );
      expect(everybody.length).to.be.above(0);
    });
  });
}

describe("the image", () => {
  const dockerfile = readFileSync(join(root, "Dockerfile"), "utf8");

  it("sets variables that config.ts has, and copies what there is", () => {
    const [, environment = ""] = /^ENV ((?:.*\\\n)*.*)/m.exec(dockerfile) ?? [];
    const names = [...environment.matchAll(/([A-Z_]+)=/g)].map(([, name]) => name);
    expect(names).to.include("METRICS_PORT");
    for (const name of names) if (name !== "NODE_ENV") expect(variables).to.have.property(String(name));
    for (const [, from = ""] of dockerfile.matchAll(/^COPY (?!--from)((?:\S+ )+)/gm))
      for (const path of from.trim().split(" ")) {
        expect(existsSync(join(root, path)), path).to.equal(true);
        expect(readFileSync(join(root, ".dockerignore"), "utf8").split("\n"), path).to.include(`!${path}`);
      }
  });

  it("starts what `npm start` does, and runs on the Node that it is tested with", () => {
    const { scripts, devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    const [, command = "[]"] = /^CMD (\[.*\])/m.exec(dockerfile) ?? [];
    const [, ...args] = JSON.parse(command);
    expect(scripts.start).to.equal(
      `exec moleculer-runner-esm ${args.join(" ").replace("**/*.service.ts", "'**/*.service.ts'")}`,
    );
    for (const [, version] of dockerfile.matchAll(/^FROM node:([\d.]+)/gm))
      expect(version).to.equal(devDependencies.node);
  });
});
