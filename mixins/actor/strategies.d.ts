import type { Strategies } from "moleculer";

// Moleculer declares that `register` takes a strategy's instance; what it takes, and needs, is the class.
declare module "../../node_modules/moleculer/src/strategies/index.js" {
  export function register(name: string, strategy: typeof Strategies.Base): void;
}
