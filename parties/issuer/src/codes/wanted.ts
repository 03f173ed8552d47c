import { businessDay, type Day, type Instant, nextDay, requireData } from '@unifare/core'

/** Credentials in one order. */
const WANTED_MAX = 16
/** Pseudonyms that a rider may change between within a day. */
const SLOTS_MAX = 4
const DAY_MS = 86_400_000

/** One credential that a wallet asks for. */
export interface Wanted {
  /** Compressed SM2 key that was made on the device for this credential alone. */
  readonly userPublicKey: string
  /** Business day on which its codes are shown: yesterday (a ride past the cut), today or tomorrow. */
  readonly day: Day
  /** 0 to 3: a further one is another pseudonym of the same day. */
  readonly slot: number
  /** 0 for the rider, 1 and on for those who are taken along. */
  readonly companion: number
}

/** Reads the list `wanted` of an order, or throws `issuer.bad-batch`. */
export function readWanted(
  list: unknown,
  { at, companionsMax }: { readonly at: Instant; readonly companionsMax: number },
): readonly Wanted[] {
  const fits = Array.isArray(list) && list.length > 0 && list.length <= WANTED_MAX
  need(fits, `1 to ${WANTED_MAX} credentials`)
  const today = businessDay(at)
  const days: readonly unknown[] = [businessDay(at - DAY_MS), today, nextDay(today)]
  const wanted = (list as readonly unknown[]).map((row): Wanted => {
    const { userPublicKey, day, slot, companion } = (row ?? {}) as Partial<Record<string, unknown>>
    need(typeof userPublicKey === 'string' && /^0[23][0-9A-F]{64}$/.test(userPublicKey), 'a key')
    need(days.includes(day), `a day of ${days.join(', ')}`)
    need(isCount(slot, SLOTS_MAX - 1), `a slot below ${SLOTS_MAX}`)
    need(isCount(companion, companionsMax), `no more than ${companionsMax} companions`)
    return { userPublicKey, day: day as Day, slot, companion }
  })
  const names = wanted.map(({ day, slot, companion }) => `${day}/${slot}/${companion}`)
  const keys = wanted.map(({ userPublicKey }) => userPublicKey)
  need(new Set(names).size === wanted.length, 'each one once')
  need(new Set(keys).size === wanted.length, 'a key for each')
  return wanted
}

function isCount(value: unknown, most: number): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= most
}

function need(condition: boolean, what: string): asserts condition {
  requireData(condition, 'issuer.bad-batch', `a batch has ${what}`)
}
