import type { Service } from "moleculer";
import type { Binding } from "../../../contract/binding.ts";
import { refuse } from "../../../contract/errors.ts";
import { TOPIC_CONVERSATIONS } from "../../../contract/limits.ts";
import type { Sender } from "../../../contract/principal.ts";
import { matches } from "../../../contract/topic.ts";
import { call } from "../../../mixins/call.ts";
import { directoryOf } from "../../../mixins/directory-view/directory-view.mixin.ts";
import { Bindings, type Source } from "./bindings.ts";

/** What judging who reaches what by a topic asks of others. */
type Surroundings = {
  sender(id: string): Promise<Sender | null>;
  match(topic: string): Promise<Binding[]>;
};

/** Where messages to a topic go, and whom a topic lets in. */
export class Topics {
  readonly #surroundings: Surroundings;

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
  }

  /**
   * The conversations that a sender's message to a topic goes to, those first that were bound first (bindings' ids sort by
   * their birth); `beyond` is how many more it would go to.
   * @throws forbidden, whatever is bound; nothing-bound
   */
  async bound(senderId: string, topic: string): Promise<{ conversationIds: string[]; beyond: number }> {
    if (!(await this.#mayPublish(senderId, topic))) throw refuse("forbidden", "You may not publish to this topic");
    const bindings = await this.match(topic);
    if (bindings.length === 0) throw refuse("nothing-bound", "Nothing is bound to this topic");
    const all = [...new Set(bindings.map(({ conversationId }) => conversationId))];
    const conversationIds = all.slice(0, TOPIC_CONVERSATIONS);
    return { conversationIds, beyond: all.length - conversationIds.length };
  }

  /**
   * Whether a message to a topic enters a conversation, be its sender a member or not. Asked where the conversation's
   * actor lives, at each try: no right to enter is carried, so none can be forged or outlive its binding.
   */
  async enters(senderId: string, topic: string, conversationId: string): Promise<boolean> {
    if (!(await this.#mayPublish(senderId, topic))) return false;
    const bindings = await this.#surroundings.match(topic);
    return bindings.some((binding) => binding.conversationId === conversationId);
  }

  /** By their age. */
  async match(topic: string): Promise<Binding[]> {
    const bindings = await this.#surroundings.match(topic);
    return bindings.sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  async #mayPublish(senderId: string, topic: string): Promise<boolean> {
    const sender = await this.#surroundings.sender(senderId);
    return sender !== null && !sender.disabled && sender.publish.some((pattern) => matches(pattern, topic));
  }
}

const held = new WeakMap<Service, Topics>();

/** The topics of a service that has a view of the directory. */
export function topicsOf(service: Service): Topics {
  const found = held.get(service);
  if (found) return found;
  const view = directoryOf(service);
  const source: Source = {
    get revision() {
      return view.revision;
    },
    changes: (after) => call(service.broker, "directory.bindingChanges", { after }),
  };
  let bindings = new Bindings(source);
  view.onSetBack(() => {
    bindings = new Bindings(source);
  });
  const topics = new Topics({ sender: (id) => view.sender(id), match: (topic) => bindings.match(topic) });
  held.set(service, topics);
  return topics;
}
