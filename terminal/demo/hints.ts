/** What to try beside the demo. */
export function hints(server: {
  url: string;
  /** Of a guest, who is in the place. */
  token: string;
  place: { name: string; id: string };
  words: string;
}): string {
  const { url, token, place, words } = server;
  const query = encodeURIComponent(words);
  return `
Try beside it, in another terminal in this folder:

  export WIREHOUSE=${url}/v1 TOKEN=${token}

  npm run tail -- '#${place.name}'                 follow it live; Ctrl-C, and again: it goes on
  curl -sS -H "Authorization: Bearer $TOKEN" "$WIREHOUSE/search?q=${query}&sort=newest"
  curl -sS -H "Authorization: Bearer $TOKEN" $WIREHOUSE/messages --json '{"to": "#${place.name}", "text": "hello"}'
  node docs/verify.mjs ${place.id}    its log, verified by a page of code

  ${url}/docs                        all that one may ask
`;
}
