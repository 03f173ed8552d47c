/** Round keys of every slot, views of one array: made once, not at every row. */
export function scheduleSlots(slots: number, words: number): readonly Int32Array[] {
  const all = new Int32Array(slots * words)
  return Array.from({ length: slots }, (_, i) => all.subarray(i * words, (i + 1) * words))
}

/** Throws a `TypeError` when more cards come than there are slots. */
export function requireSlots(count: number, slots: readonly Int32Array[]): void {
  if (count > slots.length) throw new TypeError(`${count} cards for ${slots.length} slots`)
}

/** Fills keys with zeros. */
export function wipeKeys(...keys: readonly (Int32Array | Uint32Array | Uint8Array)[]): void {
  for (const key of keys) key.fill(0)
}

/** Throws a `TypeError` when a card names an issuer that was never added. */
export function requireIssuers(
  issuers: Uint32Array | undefined,
  count: number,
  known: number,
): void {
  for (let card = 0; card < count; card++) {
    const issuer = issuers === undefined ? 0 : (issuers[card] ?? known)
    if (issuer >= known) throw new TypeError(`no issuer ${issuer}`)
  }
}
