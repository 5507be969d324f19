import type { Config } from "../config.ts";

/** A node of the cluster: its name, and what its environment has of its own. */
export type Node = { readonly name: string; readonly environment: Readonly<Record<string, string>> };

/**
 * Two of each kind of which several may run in one folder, for a look. Who asks stands behind whom he asks: the first is to be ready
 * before the others start, for it makes the database and the first administrator, once.
 * @param stores nodes that have the database: one on a file, two on a server
 */
export function layout(config: Pick<Config, "port" | "metricsPort">, stores: number): Node[] {
  const several = (kind: string, count: number, services: string) =>
    Array.from({ length: count }, (_, index) => ({
      name: count === 1 ? kind : `${kind}-${index + 1}`,
      environment: { SERVICES: services, ...(kind === "gateway" ? { PORT: next(config.port, index) } : {}) },
    }));
  const nodes = [
    ...several("persistence", stores, "directory,persistence"),
    ...several("search", 1, "search"),
    ...several("router", 2, "router"),
    ...several("presence", 2, "presence"),
    ...several("gateway", 2, "gateway"),
  ];
  const { metricsPort } = config;
  if (metricsPort === undefined) return nodes;
  return nodes.map(({ name, environment }, index) => ({
    name,
    environment: { ...environment, METRICS_PORT: next(metricsPort, index) },
  }));
}

/** Ports that follow each other; any free one stays that. */
const next = (port: number, index: number): string => String(port === 0 ? 0 : port + index);
