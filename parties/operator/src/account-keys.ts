import { type Instant, type Tx, table } from '@unifare/core'
import type { CompiledTariff } from '@unifare/fares'
import { decodeCustomField, parseCode } from '@unifare/ridecode'
import type { Tap } from '@unifare/tap'

/** A card and the scheme token of a code whose rider wants one account over both. */
export interface LinkedRow {
  /** `token/<issuer>/<token>`: a token is of one month. */
  readonly token: string
  /** `card/<issuer>/<number>`: the account of both. */
  readonly card: string
  /** Month of the token, YYYY-MM. */
  readonly month: string
  /** Who vouched that both are of one rider. */
  readonly proof: 'issuer' | 'service-point'
  readonly linkedAt: Instant
  /** From this instant on rides by the token count in its own account again; 0 while none is set. */
  readonly until: Instant
}

export const linked = table<LinkedRow>({
  name: 'linked',
  columns: {
    token: 'text',
    card: 'text',
    month: 'text',
    proof: 'text',
    linkedAt: 'int',
    until: 'int',
  },
  key: ['token'],
  indexes: [['card']],
})

/** A medium's own account: the card's, the scheme token's, or that of the number a code shows. */
export function fareAccountOf(tap: Tap, operator: string): string {
  const { medium, issuer, account, evidence } = tap
  if (medium === 'code') {
    const read = parseCode(evidence)
    const custom = read.ok ? decodeCustomField(read.code.custom) : undefined
    const scheme = custom?.schemes.find((one) => one.operator === operator)
    if (scheme !== undefined) return `token/${issuer}/${scheme.token}`
  }
  return `${medium}/${issuer}/${account}`
}

/** Which account a ride at an instant counts in under a tariff, of a medium with this own account. */
export function accountUnder(
  { tariff }: CompiledTariff,
  { own, at, link }: { readonly own: string; readonly at: Instant; readonly link?: LinkedRow },
): string {
  const shared = tariff.accountOver === 'linked-media' && link !== undefined
  return shared && (link.until === 0 || at < link.until) ? link.card : own
}

/** Accounts of the riders behind some taps. */
export interface AccountKeys {
  /** Every account that a ride ending with the tap may count in. */
  readonly all: (tap: Tap) => readonly string[]
  /** The one that it counts in under a tariff. */
  readonly of: (
    compiled: CompiledTariff,
    ride: { readonly tap: Tap; readonly at: Instant },
  ) => string
}

/**
 * Opens the keys of accounts: the card number; of a code the token of the scheme that its rider
 * joined at this operator, else the number that it shows, which may be of a day; the card's for
 * both, where the tariff has one account over card and code and the rider linked them.
 */
export async function openAccountKeys(
  tx: Tx,
  { operator, taps }: { readonly operator: string; readonly taps: readonly Tap[] },
): Promise<AccountKeys> {
  const tokens = new Set(
    taps.map((tap) => fareAccountOf(tap, operator)).filter((own) => own.startsWith('token/')),
  )
  const rows = await tx.get(
    linked,
    [...tokens].map((token) => ({ token })),
  )
  const links = new Map(rows.flatMap((row) => (row ? [[row.token, row] as const] : [])))
  return {
    all(tap) {
      const own = fareAccountOf(tap, operator)
      const link = links.get(own)
      return link === undefined ? [own] : [own, link.card]
    },
    of(compiled, { tap, at }) {
      const own = fareAccountOf(tap, operator)
      const link = links.get(own)
      return accountUnder(compiled, { own, at, ...(link ? { link } : {}) })
    },
  }
}
