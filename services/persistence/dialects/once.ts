/** Tells a reason that was not told last. */
export function once(tell: (reason: string) => void): (reason: string) => void {
  let last: string | undefined;
  return (reason) => {
    if (reason !== last) tell(reason);
    last = reason;
  };
}
