import type { Kept, Presence } from "../../../contract/presence.ts";
import { Owners } from "../../../mixins/actor/owners.ts";
import type { Command } from "../../../services/presence/principal/state.ts";
import { RollCall } from "../../../services/presence/roll-call.ts";
import { REFRESH, shown } from "../../../services/presence/status.ts";
import { type State, turn } from "../../../services/presence/turn.ts";

/** Seconds between two beats, and for which a goodbye is repeated, as gateways do. */
const BEAT = 5;
const GONE = 12;
/** Seconds within which who comes back was never away, and after which he must be gone. */
export const RELOAD = 10;
const SECOND = 1_000;

/** One who sees who is there, somewhat late. */
class Observer {
  readonly name: string;
  readonly lag: number;
  /** Seconds: until then nothing reaches it, and it does nothing. */
  pausedUntil = 0;

  constructor(name: string, lag: number) {
    this.name = name;
    this.lag = lag;
  }
}

class Gateway extends Observer {
  readonly sessions = new Map<string, number>();
  readonly gone = new Map<string, number>();
  readonly changed = new Set<string>();
  view = "";
}

class Node extends Observer {
  readonly rollCall: RollCall;
  readonly states = new Map<string, State>();

  constructor(name: string, lag: number, world: World) {
    super(name, lag);
    const owners = new Owners(() => world.seen("node", this));
    this.rollCall = new RollCall({
      owns: (principalId) => owners.of(principalId) === name,
      nodes: () => world.seen("node", this),
      gateways: () => world.seen("gateway", this),
      connected: () => true,
    });
  }
}

/** What the people of a story see and do: gateways and presence nodes that come, die and sleep, second by second. */
export class World {
  second = 0;
  readonly gateways = new Map<string, Gateway>();
  readonly nodes = new Map<string, Node>();
  readonly kept = new Map<string, Kept>();
  readonly faults: string[] = [];
  /** When each was last with a session, and since when others have seen him as here (seconds). */
  readonly lastHere = new Map<string, number>();
  readonly shownSince = new Map<string, number>();
  readonly #history: { gateway: string[]; node: string[] }[] = [];
  #serial = 0;

  constructor(principals: readonly string[]) {
    for (const one of principals)
      this.kept.set(one, { status: "online", text: null, until: null, here: false, seen: null, version: 0 });
  }

  start(kind: "gateway" | "node", lag: number): void {
    const name = `${kind}-${this.#serial++}`;
    if (kind === "gateway") this.gateways.set(name, new Gateway(name, lag));
    else this.nodes.set(name, new Node(name, lag, this));
  }

  /** Those of a kind as this one sees them; it sees itself at once. */
  seen(kind: "gateway" | "node", { name, lag }: Observer): string[] {
    const names = this.#history[Math.max(0, this.second - lag)]?.[kind] ?? [];
    return name.startsWith(kind) && !names.includes(name) ? [...names, name].sort() : names;
  }

  open(principalId: string, { sessions, gone, changed }: Gateway): void {
    sessions.set(principalId, (sessions.get(principalId) ?? 0) + 1);
    gone.delete(principalId);
    changed.add(principalId);
  }

  close(principalId: string, { sessions, gone, changed }: Gateway): void {
    const count = sessions.get(principalId) ?? 0;
    if (count > 1) sessions.set(principalId, count - 1);
    if (count !== 1) return;
    sessions.delete(principalId);
    gone.set(principalId, this.second);
    changed.add(principalId);
  }

  hasSession = (principalId: string): boolean =>
    [...this.gateways.values()].some(({ sessions }) => sessions.has(principalId));

  /** A command for somebody, at the node that a gateway or node takes for his owner. */
  async ask(principalId: string, command: Command, node: Node): Promise<void> {
    const state = node.states.get(principalId) ?? { principalId, typed: new Map() };
    const { tell } = await turn(state, [command], {
      read: async (id) => this.kept.get(id) ?? null,
      keep: async (id, kept) => {
        this.kept.set(id, { ...kept, version: kept.version + 1 });
        return true;
      },
      attendance: (id, seen) => node.rollCall.judge(id, seen),
      present: (presence) => this.#see(presence, `${node.name} tells`),
      type: ({ principalId: who }) => {
        if (this.kept.get(who)?.status === "invisible") this.faults.push(`${who} is invisible, and typing is told`);
      },
      now: () => new Date(this.second * SECOND),
    });
    tell();
  }

  /** A second passes for everybody. */
  async pass(): Promise<void> {
    this.second++;
    this.#history[this.second] = { gateway: this.#awake(this.gateways), node: this.#awake(this.nodes) };
    for (const principalId of this.kept.keys())
      if (this.hasSession(principalId)) this.lastHere.set(principalId, this.second);
    for (const gateway of this.gateways.values()) if (gateway.pausedUntil <= this.second) this.#beat(gateway);
    for (const node of this.nodes.values()) if (node.pausedUntil <= this.second) await this.#work(node);
    for (const node of this.nodes.values()) for (const principalId of this.kept.keys()) this.#look(principalId, node);
  }

  #awake = (all: ReadonlyMap<string, Observer>): string[] =>
    [...all.values()]
      .filter(({ pausedUntil }) => pausedUntil <= this.second)
      .map(({ name }) => name)
      .sort();

  #beat(gateway: Gateway): void {
    const nodes = this.seen("node", gateway);
    const view = nodes.join();
    const whole = view !== gateway.view || this.second % BEAT === 0;
    gateway.view = view;
    for (const [principalId, at] of gateway.gone) if (this.second - at > GONE) gateway.gone.delete(principalId);
    const told = whole ? [...gateway.sessions.keys(), ...gateway.gone.keys()] : [...gateway.changed];
    gateway.changed.clear();
    const owners = new Owners(() => nodes);
    for (const [name, mine] of owners.group(told)) {
      const node = this.nodes.get(name);
      if (!node || node.pausedUntil > this.second) continue;
      const gone = mine.flatMap((principalId) => {
        const at = gateway.gone.get(principalId);
        return at === undefined ? [] : [{ principalId, ago: (this.second - at) * SECOND }];
      });
      const here = mine.filter((principalId) => gateway.sessions.has(principalId));
      node.rollCall.beat({ gateway: gateway.name, nodes, here, gone, whole }, this.second * SECOND);
    }
  }

  /** What `Upkeep` does. */
  async #work(node: Node): Promise<void> {
    const { rollCall } = node;
    rollCall.sweep(this.second * SECOND);
    if (rollCall.countDue())
      for (const [principalId, { here }] of this.kept)
        if (here && rollCall.of(principalId) === "gone") rollCall.doubt(principalId);
    if (this.second % (REFRESH / SECOND) === 0) {
      for (const principalId of rollCall.present()) {
        const kept = this.kept.get(principalId);
        if (kept?.here) this.kept.set(principalId, { ...kept, seen: new Date(this.second * SECOND).toISOString() });
        else rollCall.doubt(principalId);
      }
    }
    for (const principalId of rollCall.takeMoved()) await this.ask(principalId, { type: "attend" }, node);
  }

  /** Somebody asks, who takes this node for the owner: all do who see it so. */
  #look(principalId: string, node: Node): void {
    if (node.pausedUntil > this.second) return;
    const kept = this.kept.get(principalId);
    if (!kept) return;
    const attendance = node.rollCall.of(principalId, kept.seen);
    if (kept.here && attendance === "gone") node.rollCall.doubt(principalId);
    this.#see(shown(principalId, kept, attendance, new Date(this.second * SECOND).toISOString()), `${node.name} says`);
  }

  #see({ principalId, status }: Presence, how: string): void {
    const at = `second ${this.second}: ${how} that ${principalId} is ${status}`;
    const chosen = this.kept.get(principalId)?.status;
    if (status !== "offline") {
      if (chosen === "invisible") this.faults.push(`${at}, who is invisible`);
      if (!this.shownSince.has(principalId)) this.shownSince.set(principalId, this.second);
      return;
    }
    const away = this.second - (this.lastHere.get(principalId) ?? Number.NEGATIVE_INFINITY);
    if (chosen !== "invisible" && this.shownSince.has(principalId) && away <= RELOAD)
      this.faults.push(`${at}, who was here ${away} seconds ago`);
    this.shownSince.delete(principalId);
  }
}

export type { Gateway, Node };
