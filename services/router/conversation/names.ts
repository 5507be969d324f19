import type { Kind } from "../../../contract/entry.ts";

const CHANNEL_NAME = /^[a-z0-9][a-z0-9_-]{0,79}$/;
const ROOM_NAME_CODE_POINTS = 80;

/** The bare form of a given name: the sigil of an address is taken off. A room's name is no address. */
export const bareName = (kind: Kind, given: string): string => (kind === "room" ? given : given.replace(/^#/, ""));

/** What is wrong with a bare name for this kind of conversation. */
export function nameFault(kind: Kind, name: string): string | undefined {
  switch (kind) {
    case "direct":
      return "is not for a direct conversation";
    case "room":
      return name !== "" && [...name].length <= ROOM_NAME_CODE_POINTS
        ? undefined
        : `must have 1 to ${ROOM_NAME_CODE_POINTS} characters`;
    default:
      return CHANNEL_NAME.test(name)
        ? undefined
        : "must be 1 to 80 of a-z, 0-9, _ and -, beginning with a letter or digit";
  }
}
