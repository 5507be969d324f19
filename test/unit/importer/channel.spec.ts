import { expect } from "chai";
import type { Imported } from "../../../contract/actions.ts";
import { ChannelImport } from "../../../services/importer/slack/channel.ts";
import type { SlackConversation } from "../../../services/importer/slack/lists.ts";
import { Notes } from "../../../services/importer/slack/notes.ts";
import { Roster } from "../../../services/importer/slack/people.ts";
import { planned } from "../../../services/importer/slack/plan.ts";
import type { SlackRecord } from "../../../services/importer/slack/records.ts";
import { emptySurvey, surveyed } from "../../../services/importer/slack/survey.ts";
import { ts } from "../../support/slack.ts";

const at = (second: number) => new Date((1_600_000_000 + second) * 1000).toISOString();
const general: SlackConversation = {
  id: "C1",
  name: "general",
  space: "public",
  created: 1_599_999_000,
  creator: "U1",
  members: ["U1", "U2"],
};
const said = (user: string, second: number, more: Partial<SlackRecord> = {}): SlackRecord => ({
  user,
  text: "hi",
  ts: ts(second),
  ...more,
});

/** A channel's records as commands, with ids that are the Slack ids in lower case, and why others are none. */
function imported(channel: SlackConversation, records: SlackRecord[], deleted: string[] = []) {
  const roster = new Roster(deleted.map((id) => ({ id, name: id, deleted: true })));
  const survey = emptySurvey();
  for (const record of records) {
    for (const one of surveyed(survey, record)) roster.meet(one);
  }
  const plan = planned(new Map([[channel, survey]]), roster);
  const [only] = plan.channels;
  if (!only) throw new Error("no channel was planned");
  const ids = new Map([...plan.people.keys()].map((id) => [id, id.toLowerCase()]));
  const notes = new Notes();
  const way = new ChannelImport(only, plan.names, { ids, standInId: "admin" }, notes);
  const commands: Imported[] = way.opening();
  const skipped: string[] = [];
  for (const record of records) {
    const step = way.step(record);
    if ("skipped" in step) skipped.push(step.skipped);
    else commands.push(...step.commands);
  }
  return { commands: [...commands, ...way.closing()], skipped, notes: notes.lines() };
}

const brief = (command: Imported): string => {
  switch (command.type) {
    case "create":
      return `create ${command.senderId} [${command.members}]`;
    case "post":
      return `post ${command.senderId} ${command.text}`;
    case "join":
      return `join ${command.principalId} ${command.role}`;
    case "leave":
      return `leave ${command.principalId}`;
    case "edit":
      return `edit ${command.senderId} ${command.text}`;
    case "react":
      return `react ${command.senderId} ${command.emoji}`;
    case "change":
      return `change ${command.senderId} ${command.name ?? command.purpose ?? command.archived}`;
  }
};

describe("importer: a channel", () => {
  it("begins with its creation at its time, and those who were in it before its first record", () => {
    const { commands } = imported(general, [said("U3", 5), { subtype: "channel_join", user: "U2", ts: ts(6) }]);
    expect(commands[0]).to.deep.include({ type: "create", at: at(-1000), senderId: "u1", private: false });
    expect(commands.map(brief)).to.deep.equal([
      "create u1 [u1,u3]",
      "post u3 hi",
      "join u2 member",
      // Not listed, and no record tells that he left.
      "leave u3",
    ]);
  });

  it("believes a leave more than the listing: nobody sees what isn't his", () => {
    const { commands, skipped } = imported(general, [
      { subtype: "channel_leave", user: "U2", ts: ts(1) },
      { subtype: "channel_leave", user: "U2", ts: ts(2) },
    ]);
    expect(commands.map(brief)).to.deep.equal(["create u1 [u1,u2]", "leave u2"]);
    expect(skipped).to.deep.equal(["a leave of somebody who is out already"]);
  });

  it("brings back who writes after his leave: only members write in Slack", () => {
    const records = [{ subtype: "channel_leave", user: "U2", ts: ts(1) }, said("U2", 2)];
    expect(imported(general, records).commands.map(brief)).to.deep.equal([
      "create u1 [u1,u2]",
      "leave u2",
      "join u2 member",
      "post u2 hi",
    ]);
  });

  it("always has an owner who is there: @admin where its creator is unknown, gone or deactivated", () => {
    const owners = (channel: SlackConversation, records: SlackRecord[], deleted?: string[]) =>
      imported(channel, records, deleted).commands.slice(0, 2).map(brief);
    expect(owners({ ...general, creator: null }, [])).to.deep.equal(["create admin [u1,u2]", "join admin owner"]);
    expect(owners({ ...general, members: ["U2"] }, [])).to.deep.equal(["create u1 [u2]", "join admin owner"]);
    expect(owners(general, [], ["U1"])).to.deep.equal(["create u1 [u1,u2]", "join admin owner"]);
    const leave = { subtype: "channel_leave", user: "U1", ts: ts(1) };
    expect(owners(general, [leave])).to.deep.equal(["create u1 [u1,u2]", "join admin owner"]);
  });

  it("gives more first members than one entry's neighbours may be their own joins", () => {
    const members = Array.from({ length: 450 }, (_, n) => `U${n + 1}`);
    const { commands } = imported({ ...general, members }, []);
    const [create, ...joins] = commands;
    expect(create).to.have.property("members").with.length(200);
    expect(joins).to.have.length(250);
    expect(new Set(joins.map((join) => join.type === "join" && join.commandId)).size).to.equal(250);
  });

  it("keeps threads by their root's key, and makes a plain message of a reply without its root, by name", () => {
    const { commands, notes } = imported(general, [
      said("U1", 1),
      said("U2", 2, { thread_ts: ts(1) }),
      said("U2", 3, { thread_ts: ts(-9) }),
      said("U2", 4, { subtype: "pinned_item" }),
      said("U1", 5, { thread_ts: ts(4) }),
    ]);
    const posts = commands.filter((command) => command.type === "post");
    expect(posts.map(({ replyTo }) => replyTo)).to.deep.equal([
      undefined,
      { senderId: "u1", clientMessageId: `slack:C1:${ts(1)}` },
      undefined,
      undefined,
    ]);
    expect(notes).to.deep.equal([
      `2 replies whose root is not there became plain messages: #general ${ts(3)}, #general ${ts(5)}`,
    ]);
  });

  it("takes what a bot's own user says for an application's: its attachments are its message", () => {
    const attachments = [{ text: "passed" }];
    const { commands } = imported(general, [
      said("U2", 1, { bot_id: "B1", attachments }),
      said("U1", 2, { attachments }),
    ]);
    expect(commands.slice(1).map(brief)).to.deep.equal(["post u2 hi\npassed", "post u1 hi"]);
  });

  it("never lets time go back, and stands a creation before the first record", () => {
    const { commands } = imported({ ...general, created: 1_700_000_000 }, [said("U1", 5), said("U1", 9)]);
    expect(commands.map((command) => command.at)).to.deep.equal([at(5), at(5), at(9)]);
    const unknown = imported({ ...general, created: 0 }, [said("U1", 5)]);
    expect(unknown.commands[0]).to.have.property("at", at(5));
  });

  it("keeps texts and mentions within their bounds, and names where it did", () => {
    const crowd = Array.from({ length: 40 }, (_, n) => `U${n + 10}`);
    const { commands, notes } = imported({ ...general, members: ["U1", ...crowd] }, [
      said("U1", 1, { text: crowd.map((id) => `<@${id}>`).join(" ") }),
      said("U1", 2, { text: "x".repeat(40_000) }),
      said("U1", 3, { text: "<@U99> is no member", thread_ts: ts(2) }),
    ]);
    const posts = commands.filter((command) => command.type === "post");
    expect(posts.map(({ mentions }) => mentions.length)).to.deep.equal([32, 0, 0, 0, 0]);
    expect(posts.map(({ clientMessageId }) => clientMessageId)).to.deep.equal([
      `slack:C1:${ts(1)}`,
      `slack:C1:${ts(2)}`,
      `slack:C1:${ts(2)}:2`,
      `slack:C1:${ts(2)}:3`,
      `slack:C1:${ts(3)}`,
    ]);
    expect(notes).to.have.members([
      `1 messages kept the first 32 of their mentions: #general ${ts(1)}`,
      `1 messages too long for one were split: #general ${ts(2)}`,
    ]);
  });

  it("accounts for what it leaves out", () => {
    const { skipped } = imported(general, [
      said("U1", 1, { subtype: "channel_topic" }),
      said("U1", 2, { subtype: "brand_new!" }),
      said("U1", 3, { text: "" }),
      said("U1", 4, { text: "", files: [{}] }),
      said("", 5),
      said("U1", 6, { type: "event" }),
      said("U1", 7),
      said("U2", 7),
    ]);
    expect(skipped).to.deep.equal([
      "channel_topic: does not say to what",
      "brand_new?: is no message",
      "no text",
      "files alone, which were deleted in Slack",
      "nobody is named as its author",
      "type event: is no message",
      "the same time twice in one channel",
    ]);
  });
});
