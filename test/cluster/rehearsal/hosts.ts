import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../support/free-port.ts";

/** A machine, as far as others can tell: its processes have an address of their own, and are lost together. */
export type Host = {
  readonly name: string;
  /** Where its processes listen. */
  readonly address: string;
  /** What it hangs on, where that can be cut: then nothing passes, and nobody is told so. */
  readonly link?: { cut(): void; restore(): void };
  /** One that nobody listens on. */
  port(): Promise<number>;
  /** A shell's command line, to be run there. */
  there(command: string): string;
};

/** Machines beside the one that this program is on, with the database and the load. */
export type Network = {
  readonly hosts: readonly Host[];
  /** This program's own. */
  readonly address: string;
};

const names = ["host-1", "host-2", "host-3"] as const;

/** All on one machine, told apart by ports. */
export function loopback(): Network {
  const address = "127.0.0.1";
  return { address, hosts: names.map((name) => ({ name, address, port: freePort, there: (command) => command })) };
}

/** Addresses that lead nowhere. (TEST-NET-1, RFC 5737) */
const SUBNET = "192.0.2";

const ip = (command: string) => execFileSync("ip", command.split(" "));

/**
 * Each a network namespace, with a link to the bridge in this program's own: `apart` has started it in one.
 * @param outside the namespace that is to be left alone
 */
export function namespaces(outside: string): Network {
  if (network() === outside) throw new Error("This program is not apart, and would change the system's own network");
  // The names of namespaces are files, which nobody else is to see.
  execFileSync("mount", ["-t", "tmpfs", "tmpfs", "/run"]);
  const address = `${SUBNET}.254`;
  ip("link set lo up");
  ip("link add switch type bridge");
  ip(`address add ${address}/24 dev switch`);
  ip("link set switch up");
  return { address, hosts: names.map((name, index) => namespace(name, `${SUBNET}.${index + 1}`)) };
}

function namespace(name: string, address: string): Host {
  ip(`netns add ${name}`);
  ip(`link add ${name} type veth peer name eth0 netns ${name}`);
  ip(`link set ${name} master switch up`);
  ip(`-n ${name} address add ${address}/24 dev eth0`);
  ip(`-n ${name} link set eth0 up`);
  ip(`-n ${name} link set lo up`);
  let port = 10_000;
  return {
    name,
    address,
    link: { cut: () => void ip(`link set ${name} down`), restore: () => void ip(`link set ${name} up`) },
    port: async () => port++,
    there: (command) => `exec ip netns exec ${name} ${command.replace(/^exec /, "")}`,
  };
}

/** Of the network that this process is in. */
export const network = (): string => readlinkSync("/proc/self/ns/net");

/** The kernel ends all that is in them with their first process. */
const APART = ["--net", "--mount", "--pid", "--mount-proc", "--fork", "--kill-child"];
const TRIAL = `mount -t tmpfs tmpfs /run && ip netns add trial && ip link add switch type bridge &&
  ip link add trial type veth peer name eth0 netns trial`;

/** Why there can't be network namespaces here; undefined where there can. */
export function refusal(): string | undefined {
  const { error, status, stderr } = spawnSync("unshare", [...APART, "sh", "-c", TRIAL], { encoding: "utf8" });
  return error?.message ?? (status === 0 ? undefined : stderr.trim());
}

/**
 * Runs a program in namespaces of its own, and in a folder of its own for what it writes. Whatever ends it, its processes,
 * its hosts and their links end with it; so do they when this process is interrupted or killed.
 * @returns its exit code
 */
export async function apart(program: readonly string[]): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "wirehouse-rehearsal-"));
  try {
    // Somebody else, as whom PostgreSQL runs, goes through it.
    chmodSync(folder, 0o711);
    const child = spawn("setpriv", ["--pdeathsig", "KILL", "unshare", ...APART, ...program], {
      stdio: "inherit",
      env: { ...process.env, TMPDIR: folder },
    });
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => child.kill("SIGKILL"));
    const [code] = await once(child, "exit");
    return typeof code === "number" ? code : 1;
  } finally {
    // Who is being ended may write in it for a moment longer.
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  }
}
