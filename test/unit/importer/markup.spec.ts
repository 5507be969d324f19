import { expect } from "chai";
import fc from "fast-check";
import { attachmentMarkup, plain } from "../../../services/importer/slack/markup.ts";
import { parts, textOf } from "../../../services/importer/slack/text.ts";
import { mentionedHandles } from "../../../services/router/conversation/mentions.ts";

const names = {
  handle: (id: string) => ({ U1: "ana", U2: "b.en" })[id],
  channel: (id: string) => ({ C1: "general" })[id],
};
const text = (markup: string) => plain(markup, names).text;

describe("importer: Slack's markup", () => {
  it("turns mentions into handles, and says whom they mean", () => {
    expect(plain("<@U1> and <@U2|benny>: <@U1>", names)).to.deep.equal({
      text: "@ana and @b.en: @ana",
      mentioned: ["U1", "U2"],
    });
    expect(plain("<@U9> <@U9|zoe> <@U9|@zoe>", names)).to.deep.equal({ text: "@u9 @zoe @zoe", mentioned: [] });
  });

  it("sets a mention apart from what would swallow it", () => {
    expect(text("hi<@U1>s")).to.equal("hi @ana s");
    expect(text("(<@U1>)... <@U1>.<@U1>.x")).to.equal("(@ana)... @ana.@ana .x");
  });

  it("keeps every mention recognisable, whatever stands around it", () => {
    const around = fc.string({ unit: fc.constantFrom(..."aZ9._-@# (\n’é") });
    fc.assert(
      fc.property(around, around, (before, after) => {
        expect(mentionedHandles(text(`${before}<@U1>${after}`))).to.include("ana");
      }),
    );
  });

  it("turns channels, groups, dates and commands into what they say", () => {
    expect(text("<#C1|allgemein> <#C1> <#C9|old> <#C9>")).to.equal("#general #general #old #c9");
    expect(text("<!here> <!channel> <!everyone> <!subteam^S1|@fx-desk> <!date^1^{date}|today>")).to.equal(
      "@here @channel @everyone @fx-desk today",
    );
  });

  it("writes links out, and says nothing twice", () => {
    expect(text("<https://a.example/?x=1&amp;y=2>")).to.equal("https://a.example/?x=1&y=2");
    expect(text("<http://a.example|a.example> <mailto:a@b.example|a@b.example>")).to.equal(
      "http://a.example a@b.example",
    );
    expect(text("<https://a.example/7|Build 7>")).to.equal("Build 7 (https://a.example/7)");
  });

  it("undoes Slack's three entities, once", () => {
    expect(text("1 &lt; 2 &amp;&amp; 3 &gt; 2, &amp;lt; &nbsp; < 4 >")).to.equal("1 < 2 && 3 > 2, &lt; &nbsp; < 4 >");
    fc.assert(
      fc.property(fc.string(), (said) => {
        const escaped = said.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
        expect(plain(escaped, names)).to.deep.equal({ text: said, mentioned: [] });
      }),
    );
  });

  it("shows an application's attachments, and a person's only where he says nothing else", () => {
    const attachments = [{ pretext: "CI:", title: "Build 7", title_link: "https://ci.example/7", text: "passed" }];
    const shown = "CI:\nBuild 7 (https://ci.example/7)\npassed";
    expect(textOf({ ts: "1.0", text: "", attachments }, false, false, names).text).to.equal(shown);
    expect(textOf({ ts: "1.0", text: "see", attachments }, false, false, names).text).to.equal("see");
    expect(textOf({ ts: "1.0", text: "see", attachments }, true, false, names).text).to.equal(`see\n${shown}`);
    expect(attachmentMarkup({ fallback: "in short" })).to.equal("in short");
  });

  it("tells what one does as `/me`, and makes every text I-JSON", () => {
    expect(textOf({ ts: "1.0", text: "waves" }, false, true, names).text).to.equal("/me waves");
    expect(textOf({ ts: "1.0", text: "\ud800\0" }, false, false, names).text).to.equal("\ufffd\ufffd");
  });

  it("cuts a text into parts that a message holds, loses nothing, and keeps words whole where it can", () => {
    const words = "wörter ".repeat(5000);
    const cut = parts(words);
    expect(cut.join("")).to.equal(words);
    for (const part of cut) expect([...part].length).to.be.within(1, 16_000);
    expect(cut.slice(0, -1).every((part) => part.endsWith(" "))).to.equal(true);
    const faces = "😀".repeat(16_001);
    expect(parts(faces).map((part) => [...part].length)).to.deep.equal([16_000, 1]);
    expect(parts("short")).to.deep.equal(["short"]);
  });
});
