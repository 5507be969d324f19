/** A WebSocket frame as bytes, written as it is to any number of sockets. */
export type Frame = Buffer;

const FIN_TEXT = 0x81;
/** Lengths that announce a longer length field (RFC 6455, 5.2). */
const LENGTH_16 = 126;
const LENGTH_64 = 127;

/**
 * Frames a text once for all the sockets it goes to: a server's frames are not masked, and without compression they have
 * no state, so the same bytes serve everybody.
 */
export function textFrame(text: string): Frame {
  const length = Buffer.byteLength(text);
  const start = length < LENGTH_16 ? 2 : length < 0x10000 ? 4 : 10;
  const frame = Buffer.allocUnsafe(start + length);
  frame[0] = FIN_TEXT;
  if (start === 2) frame[1] = length;
  else if (start === 4) {
    frame[1] = LENGTH_16;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = LENGTH_64;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.write(text, start);
  return frame;
}
