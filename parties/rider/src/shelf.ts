import { businessDay, businessDayStart, type Day, type Instant, nextDay } from '@unifare/core'

/** A key pair that never leaves the device, hexadecimal. */
export interface KeyText {
  readonly privateKey: string
  readonly publicKey: string
}

/** A credential under a pseudonym, for one day and one person. */
export interface ShelfEntry {
  /** Card account that its codes carry; the issuer alone knows whose it is. */
  readonly number: string
  readonly day: Day
  readonly slot: number
  /** 0 for the rider, 1 and on for those who are taken along. */
  readonly companion: number
  readonly codeKey: KeyText
  readonly credential: string
  readonly untilS: number
  /** When a code of it was shown last; 0 for never. */
  readonly lastCodeS: number
}

/** Pseudonyms of a wallet; plain JSON. */
export interface Shelf {
  readonly entries: readonly ShelfEntry[]
  /** Pseudonym of the day that the rider changed to, and when. */
  readonly slot: number
  readonly changedAtS: number
  /** Companions that the issuer grants. */
  readonly companionsMax: number
  /** From when on it is renewed. */
  readonly renewAtS: number
}

export const EMPTY_SHELF: Shelf = {
  entries: [],
  slot: 0,
  changedAtS: 0,
  companionsMax: 0,
  renewAtS: 0,
}

/** A credential to ask for. */
export type Wish = Pick<ShelfEntry, 'day' | 'slot' | 'companion'>

/**
 * Longest ride: until then the way out is shown under the number of the way in, past the cut of the
 * day for so long at most. A code that is looked at again and again must not carry a number on.
 */
const RIDE_S = 4 * 3600

const secondsOf = (at: Instant) => Math.floor(at / 1000)

/** Slot in use on a day: the one that the rider changed to that day, else the first. */
function slotOn({ slot, changedAtS }: Shelf, day: Day): number {
  return changedAtS > 0 && businessDay(changedAtS * 1000) === day ? slot : 0
}

/**
 * The credential of which a person's next code is made: that of the last code while its ride may
 * last, also past the cut of the day; else the day's own; else, without network, one that still
 * stands.
 */
export function pick(shelf: Shelf, companion: number, at: Instant): ShelfEntry | undefined {
  const nowS = secondsOf(at)
  const today = businessDay(at)
  const live = shelf.entries
    .filter((entry) => entry.companion === companion && entry.untilS > nowS)
    .toSorted((a, b) => (a.day < b.day ? -1 : 1) * Number(a.day !== b.day) || a.slot - b.slot)
  const riding = live
    .filter(({ day }) => day === today || isNight(at, day))
    .filter(({ lastCodeS }) => lastCodeS > shelf.changedAtS && nowS - lastCodeS < RIDE_S)
    .toSorted((a, b) => b.lastCodeS - a.lastCodeS)
  const own = live.filter(({ day }) => day === today)
  return riding[0] ?? own.find(({ slot }) => slot === slotOn(shelf, today)) ?? own[0] ?? live[0]
}

/** Whether a ride of the day before may still last. */
function isNight(at: Instant, day: Day): boolean {
  const today = businessDay(at)
  return nextDay(day) === today && at - businessDayStart(today) < RIDE_S * 1000
}

/** What to ask for: today's and tomorrow's numbers, and that of a ride that began yesterday. */
export function wishesOf(
  shelf: Shelf,
  { at, slots, companions }: { at: Instant; slots: number; companions: readonly number[] },
): readonly Wish[] {
  const today = businessDay(at)
  return companions.flatMap((companion): Wish[] => {
    const own = companion === 0 ? [...Array(slots).keys()] : [0]
    const wishes = [
      ...own.map((slot) => ({ day: today, slot, companion })),
      { day: nextDay(today), slot: 0, companion },
    ]
    const used = pick(shelf, companion, at)
    if (used === undefined || nextDay(used.day) !== today) return wishes
    return [{ day: used.day, slot: used.slot, companion }, ...wishes]
  })
}

/** The entry that stands for a wish, of which a renewal keeps the key. */
export function entryFor(shelf: Shelf, wish: Wish): ShelfEntry | undefined {
  return shelf.entries.find((entry) => sameWish(entry, wish))
}

/** Puts renewed entries in, and drops those that ended. */
export function putEntries(shelf: Shelf, entries: readonly ShelfEntry[], at: Instant): Shelf {
  const kept = shelf.entries.filter(
    (old) => old.untilS > secondsOf(at) && !entries.some((entry) => sameWish(entry, old)),
  )
  return { ...shelf, entries: [...kept, ...entries] }
}

/** Changes to the day's next pseudonym; undefined when there is none. */
export function changePseudonym(shelf: Shelf, at: Instant): Shelf | undefined {
  const today = businessDay(at)
  const slot = slotOn(shelf, today) + 1
  const next = entryFor(shelf, { day: today, slot, companion: 0 })
  if (next === undefined || next.untilS <= secondsOf(at)) return undefined
  return { ...shelf, slot, changedAtS: secondsOf(at) }
}

/** True when the next chance to renew should be taken. */
export function shelfShouldRenew(shelf: Shelf, at: Instant): boolean {
  const today = { day: businessDay(at), slot: 0, companion: 0 }
  return secondsOf(at) >= shelf.renewAtS || entryFor(shelf, today) === undefined
}

function sameWish(a: Wish, b: Wish): boolean {
  return a.day === b.day && a.slot === b.slot && a.companion === b.companion
}
