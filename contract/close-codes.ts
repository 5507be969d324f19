/**
 * Why a stream is closed. 1xxx: come back. 44xx: don't, before something has changed (4429: later).
 * Ours lie in the range that RFC 6455 (7.4.2) leaves to applications.
 */
export const closeCodes = {
  idle: 1001,
  tooLarge: 1009,
  restarting: 1012,
  malformed: 4400,
  unauthorized: 4401,
  noHello: 4408,
  tooMany: 4429,
} as const;

export type CloseReason = keyof typeof closeCodes;
