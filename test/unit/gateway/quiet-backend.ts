import type { Credential } from "../../../contract/principal.ts";
import type { Backend } from "../../../services/gateway/stream/backend.ts";

/** Somebody's, for as long as he likes. */
export const credentialOf = (principalId: string): Credential => ({
  tokenId: "t",
  tokenHash: principalId,
  principal: { id: principalId, handle: "ana", name: "Ana", kind: "person", role: "user", disabled: false },
  scopes: null,
  expiresAt: null,
});

/** Nobody has conversations, and nothing comes of what is done. */
export const quietBackend: Backend = {
  hub: { open: async (_session, _cursors, greet) => greet([]), close: () => {} },
  read: async () => [],
  resolve: async (_principalId, to) => to,
  bound: async () => ({ conversationIds: [], beyond: 0 }),
  post: async () => [],
  mark: async () => {},
  overdrawn: () => undefined,
  signals: {
    attendance: { came: () => {}, went: () => {} },
    watches: { watch: async () => true, forget: () => {}, drained: () => {} },
    choose: async () => {},
    type: async () => {},
    failed: () => {},
  },
  failed: () => {},
};
