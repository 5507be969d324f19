import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { openArchive } from "../../../services/importer/slack/archive.ts";
import { type Files, texts, workspace, writeArchive } from "../../support/slack.ts";
import { withFolder } from "../../support/with-broker.ts";
import { zipOf } from "../../support/zip.ts";

/** All records of an archive, by channel. */
async function read(path: string): Promise<Record<string, string[]>> {
  const archive = await openArchive(path);
  try {
    const records: Record<string, string[]> = {};
    for (const channel of archive.channels) {
      for await (const day of archive.days(channel)) {
        records[channel.name] = [...(records[channel.name] ?? []), ...day.map(({ ts }) => ts)];
      }
    }
    return records;
  } finally {
    await archive.close();
  }
}

const folderOf = (files: Files) => (folder: string) => writeArchive(folder, files);
const zipIn = (bytes: Buffer) => (folder: string) => {
  writeFileSync(join(folder, "export.zip"), bytes);
  return join(folder, "export.zip");
};

/** What reading an archive comes to, as the sentence that says why it fails. */
const fault = (make: (folder: string) => string): Promise<string> =>
  withFolder(async (folder) => {
    try {
      await read(make(folder));
    } catch (error) {
      if (error instanceof Error && "type" in error && error.type === "validation") return error.message;
      throw error;
    }
    return "nothing is wrong with it";
  });

describe("importer: an archive", () => {
  it("is read alike from a folder, a zip, and a zip of the folder", async () => {
    const fromFolder = await withFolder((folder) => read(writeArchive(folder, workspace)));
    expect(fromFolder.general).to.have.length(11);
    const nested = Object.fromEntries(Object.entries(texts(workspace)).map(([path, text]) => [`export/${path}`, text]));
    for (const zip of [zipOf(texts(workspace)), zipOf(nested)])
      expect(await withFolder((folder) => read(zipIn(zip)(folder)))).to.deep.equal(fromFolder);
  });

  it("gives each day in the order of its times, whatever the file's", async () => {
    const days = {
      "general/2020-09-14.json": [{ ts: "1600000100.000002" }, { ts: "1600000100.000001" }],
      "general/2020-09-13.json": [{ ts: "999999999.5" }, { ts: "1600000000.000001" }],
      "general/notes.json": "not a day",
    };
    const files = { "users.json": [], "channels.json": [{ id: "C1", name: "general" }], ...days };
    expect(await withFolder((folder) => read(writeArchive(folder, files)))).to.deep.equal({
      general: ["999999999.5", "1600000000.000001", "1600000100.000001", "1600000100.000002"],
    });
  });

  it("says what lies in it and is not read", async () => {
    const files = { ...workspace, "groups.json": [], "secret/2020-09-13.json": [] };
    await withFolder(async (folder) => {
      const archive = await openArchive(writeArchive(folder, files));
      expect(archive.unread).to.deep.equal(["1 folders of no listed conversation are not read"]);
      await archive.close();
    });
  });

  it("G8 that is malformed is one sentence, which names the file and repeats nothing of it", async () => {
    const day = "general/2020-09-13.json";
    const broken: [Files, RegExp][] = [
      [{}, /^channels\.json: is not in the archive$/],
      [{ "channels.json": [] }, /^users\.json: is not in the archive$/],
      [{ ...workspace, "users.json": "root:x:0:0" }, /^users\.json: is not JSON in UTF-8$/],
      [{ ...workspace, "users.json": {} }, /^users\.json: is not a list$/],
      [{ ...workspace, "users.json": [{ id: "U1" }, { id: 7 }] }, /^users\.json: user 2 of 2 is malformed \(id: /],
      [{ ...workspace, "users.json": [{ id: "U1" }, { id: "U1" }] }, /^users\.json: id "U1" stands there twice$/],
      [{ ...workspace, "channels.json": [{ id: "../C1", name: "x" }] }, /^channels\.json: channel 1 of 1 is malformed/],
      [{ ...workspace, [day]: [{ ts: "yesterday" }] }, /^general\/2020-09-13\.json: record 1 of 1 is malformed \(ts: /],
      [{ ...workspace, [day]: [null] }, /^general\/2020-09-13\.json: record 1 of 1 is malformed/],
      [{ ...workspace, [day]: [{ ts: "1.0", text: ["x"] }] }, /^general\/2020-09-13\.json: record 1 of 1 is malformed/],
    ];
    for (const [files, sentence] of broken) expect(await fault(folderOf(files))).to.match(sentence);
    expect(await fault((folder) => join(folder, "nowhere"))).to.match(/nowhere: there is no such folder or zip$/);
  });

  it("G8 in a zip may not lead out of it, claim another size or be anything but a zip", async () => {
    const files = texts(workspace);
    expect(await fault(zipIn(zipOf({ ...files, "../evil.json": "[]" })))).to.match(
      /export\.zip: cannot be read as a zip \(invalid relative path: \.\.\/evil\.json\)$/,
    );
    expect(await fault(zipIn(zipOf({ ...files, "/etc/evil.json": "[]" })))).to.match(
      /absolute path: \/etc\/evil\.json/,
    );
    expect(await fault(zipIn(zipOf(files, 7)))).to.match(/^channels\.json: cannot be read as a zip/);
    expect(await fault(zipIn(zipOf(files, 3_000_000_000)))).to.match(/^channels\.json: has 3000000000 bytes/);
    expect(await fault(zipIn(zipOf(files).subarray(100)))).to.match(/cannot be read as a zip/);
    expect(await fault(zipIn(Buffer.from("no zip at all")))).to.match(/export\.zip: cannot be read as a zip/);
  });

  it("G8 in a folder leaves out links, which could lead anywhere", async () => {
    const sentence = await fault((folder) => {
      writeArchive(folder, { "users.json": [] });
      symlinkSync("/etc/passwd", join(folder, "channels.json"));
      mkdirSync(join(folder, "general"));
      return folder;
    });
    expect(sentence).to.equal("channels.json: is not in the archive");
  });
});
