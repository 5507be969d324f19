/** What a turn made of its commands: the next state, an answer for each, and what to tell once they have theirs. */
export type Turned<State, Answer> = { state: State; answers: Answer[]; tell(): void };

/** What an actor is, apart from how it lives. */
export interface Behaviour<State, Command, Answer> {
  /** Reads the state of a key from what is stored. */
  activate(key: string): Promise<State>;
  /** One turn. It must leave `state` as it is: when it throws, the state is dropped and nothing has happened to it. */
  turn(state: State, commands: Command[]): Promise<Turned<State, Answer>>;
  /** The answer to a command that crashes its turn all by itself. */
  crashed(error: unknown): Answer;
}

/** What happens to actors, for metrics and logs. */
export interface Observer {
  activated(key: string): void;
  /** @param waited milliseconds that the first of its commands had waited */
  turned(key: string, commands: number, milliseconds: number, waited: number): void;
  crashed(key: string, error: unknown): void;
  /** Another owner had written to its log: the head's compare-and-set has refused this one. */
  overruled(key: string): void;
}
