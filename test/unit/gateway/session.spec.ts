import { expect } from "chai";
import type { ClientFrame } from "../../../services/gateway/stream/client-frames.ts";
import { WAITING_MARKS } from "../../../services/gateway/stream/read-marks.ts";
import { Session } from "../../../services/gateway/stream/session.ts";
import { until } from "../../support/until.ts";
import { credentialOf, quietBackend } from "./quiet-backend.ts";

/** A session without conversations, and whether its socket is read, as it was last told. */
function listening(mark: () => Promise<void>) {
  const heard = { isRead: false };
  const line = {
    writer: { write: () => {}, paused: false },
    changed: () => {
      heard.isRead = session.listening;
    },
    close: () => {},
  };
  const session: Session = new Session(credentialOf("ana"), line, { ...quietBackend, mark });
  return { session, heard };
}

describe("a session", () => {
  it("G8 that says it has read very much is not listened to for a while, and then again", async () => {
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    const { session, heard } = listening(() => held);
    await session.open({});
    expect(heard.isRead).to.equal(true);
    const marks = Array.from({ length: WAITING_MARKS + 1 }, (_, index): ClientFrame => {
      return { type: "read", frame: { type: "read", conversationId: `c${index}`, seq: 1 } };
    });
    session.take(marks);
    expect(heard.isRead).to.equal(false);
    release();
    await until(() => heard.isRead, "the socket to be read again");
  });
});
