import { randomBytes } from "node:crypto";

/** 16 random bytes, base64url. */
export const salt = (): string => randomBytes(16).toString("base64url");
