import type { Instant } from '@unifare/core'
import { MONEY_KINDS, type Tap } from '@unifare/tap'

/** Accounts that are remembered; the one that was longest away goes first. */
const ACCOUNTS_MAX = 20_000
/** No rule asks for more uses of one account. */
const USES_MAX = 4

/** How often accounts of codes rode at this terminal: what limits them while it is offline. */
export interface UseMemory {
  /** A record of the journal, in its order. */
  note(tap: Tap): void
  /** Rides of an account after an instant, as far as any rule counts them. */
  since(account: Pick<Tap, 'issuer' | 'account'>, after: Instant): number
}

/** A memory that has seen nothing. */
export function createUseMemory(): UseMemory {
  const uses = new Map<string, readonly { readonly sequence: number; readonly at: Instant }[]>()
  const accountOf = new Map<number, string>()
  const keyOf = ({ issuer, account }: Pick<Tap, 'issuer' | 'account'>) => `${issuer}/${account}`

  function add(tap: Tap): void {
    const key = keyOf(tap)
    const own = uses.get(key) ?? []
    uses.delete(key)
    uses.set(key, [...own.slice(1 - USES_MAX), { sequence: tap.sequence, at: tap.at }])
    accountOf.set(tap.sequence, key)
    forgetOldest(uses)
    forgetOldest(accountOf)
  }

  return {
    note(tap) {
      if (tap.medium === 'code' && MONEY_KINDS.has(tap.kind)) return add(tap)
      // Nobody passed: the ride never was.
      const voided = tap.kind === 'timed-out' ? accountOf.get(tap.refersTo) : undefined
      if (voided === undefined) return
      const left = (uses.get(voided) ?? []).filter(({ sequence }) => sequence !== tap.refersTo)
      uses.set(voided, left)
    },
    since: (account, after) =>
      (uses.get(keyOf(account)) ?? []).filter(({ at }) => at > after).length,
  }
}

function forgetOldest(map: Map<unknown, unknown>): void {
  if (map.size <= ACCOUNTS_MAX) return
  for (const [oldest] of map) {
    map.delete(oldest)
    return
  }
}
