import { expect } from "chai";
import fc from "fast-check";
import { parseAddress } from "../../../contract/address.ts";
import { ClientMessageId, CommandId, isId } from "../../../contract/scalars.ts";
import { checker } from "../../../mixins/schema-validator.ts";
import {
  channelNames,
  conversationIdOf,
  derivedKey,
  handles,
  otherName,
  recordKey,
} from "../../../services/importer/slack/names.ts";
import { mentionedHandles } from "../../../services/router/conversation/mentions.ts";

const slackId = fc.stringMatching(/^[A-Z][A-Z0-9]{1,19}$/);
const names = fc.dictionary(
  slackId,
  fc.array(fc.oneof(fc.string({ unit: "binary" }), fc.stringMatching(/^[a-c._-]{1,40}$/))),
);

describe("importer: names", () => {
  it("give everybody a handle of his own that is one, can be mentioned, and is never the administrator's", () => {
    fc.assert(
      fc.property(names, (given) => {
        const chosen = handles(new Map(Object.entries(given)));
        expect(new Set(chosen.values()).size).to.equal(Object.keys(given).length);
        for (const handle of chosen.values()) {
          expect(parseAddress(`@${handle}`)).to.deep.equal({ kind: "principal", handle });
          expect(mentionedHandles(`@${handle}.`)).to.deep.equal([handle]);
          expect(handle).not.to.equal("admin");
        }
      }),
    );
  });

  it("give every channel a name of its own that can be addressed", () => {
    fc.assert(
      fc.property(names, (given) => {
        const chosen = channelNames(new Map(Object.entries(given)));
        expect(new Set(chosen.values()).size).to.equal(Object.keys(given).length);
        for (const name of chosen.values()) expect(parseAddress(`#${name}`)).to.deep.equal({ kind: "name", name });
      }),
    );
  });

  it("fold accents and case, and fall back to the next name, then the id", () => {
    const given = new Map([
      ["U1", ["Émilie Durand"]],
      ["U2", ["山田", "yamada"]],
      ["U3", ["山田"]],
      ["U4", ["emilie-durand"]],
      ["U5", ["admin"]],
      ["U6", ["trailing._-"]],
    ]);
    expect(Object.fromEntries(handles(given))).to.deep.equal({
      U1: "emilie-durand",
      U2: "yamada",
      U3: "u3",
      U4: "emilie-durand-u4",
      U5: "admin-u5",
      U6: "trailing",
    });
    expect(otherName("x".repeat(80), "C1"))
      .to.have.length(80)
      .and.match(/x-c1$/);
  });

  it("make conversation ids that are ids, sort by creation, and depend on nothing else", () => {
    const second = fc.integer({ min: 0, max: 9_999_999_999 });
    fc.assert(
      fc.property(slackId, second, second, (id, a, b) => {
        const first = conversationIdOf(id, a * 1000);
        expect(isId(first)).to.equal(true);
        expect(conversationIdOf(id, a * 1000)).to.equal(first);
        if (a < b) expect(first < conversationIdOf(id, b * 1000)).to.equal(true);
      }),
    );
    expect(conversationIdOf("C1", 0)).not.to.equal(conversationIdOf("C2", 0));
  });

  it("make keys that the contract takes", () => {
    const ofMessages = checker(ClientMessageId);
    const ofCommands = checker(CommandId);
    fc.assert(
      fc.property(slackId, slackId, fc.stringMatching(/^[0-9]{1,10}\.[0-9]{1,9}$/), (channel, user, ts) => {
        expect(ofMessages(`${recordKey(channel, ts)}:99`)).to.deep.equal([]);
        expect(ofCommands(derivedKey(channel, "member", user))).to.deep.equal([]);
      }),
    );
  });
});
