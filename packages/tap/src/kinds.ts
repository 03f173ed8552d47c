/**
 * What a record says happened. Codes are for ever; an unknown code is kept, forwarded and
 * quarantined. Money moves only by the kinds in `MONEY_KINDS`.
 */
export const TAP_KINDS = {
  purchase: 0x01,
  entry: 0x02,
  exit: 0x03,
  load: 0x04,
  /** Changed at an interchange gate: the journey stays open, nothing is debited. */
  transfer: 0x05,
  accepted: 0x10,
  released: 0x11,
  passed: 0x12,
  'timed-out': 0x13,
  refused: 0x14,
  pending: 0x20,
  repair: 0x21,
  block: 0x22,
  rent: 0x30,
  return: 0x31,
} as const

export type TapKind = keyof typeof TAP_KINDS

/** Kinds that open, close or make a journey: one record of such a kind per medium identity. */
export const MONEY_KINDS: ReadonlySet<TapKind> = new Set<TapKind>([
  'purchase',
  'entry',
  'exit',
  'rent',
  'return',
  'repair',
  'load',
])

/**
 * Modes of travel. Codes are the industry byte of the T-Union trip record (reference card 2.5)
 * where it has one; from 0x40 on they are ours.
 */
export const MODES = {
  metro: 0x01,
  bus: 0x02,
  ferry: 0x09,
  taxi: 0x04,
  bicycle: 0x06,
  'light-rail': 0x40,
  brt: 0x41,
  cableway: 0x42,
} as const

export type Mode = keyof typeof MODES

const UNGATED: ReadonlySet<Mode> = new Set<Mode>(['bus', 'bicycle', 'taxi', 'ferry'])

/**
 * Whether a mode has gates, which can tell if somebody passed. Where there is none, who was told
 * "go" is on board or has the bicycle.
 */
export function hasGate(mode: Mode): boolean {
  return !UNGATED.has(mode)
}

/** What the rider presented. */
export const MEDIA = { none: 0, card: 1, code: 2 } as const

export type Medium = keyof typeof MEDIA

/** Flags of a tap's head. */
export const FLAGS = {
  /** Test traffic: carried end to end, never netted. */
  test: 0x01,
  /** The entry was completed at a later presentation (recovered debit). */
  recovered: 0x02,
  /** The price came from a tariff bundle older than a day. */
  staleTariff: 0x04,
  /** The driver keyed the amount in, within the bounds of the tariff. */
  keyed: 0x08,
  /** The station's node did not answer: another gate may have taken the same code. */
  unlinked: 0x10,
} as const

/** Inverse of a name → code table. */
export function namesByCode<T extends Readonly<Record<string, number>>>(
  codes: T,
): ReadonlyMap<number, keyof T & string> {
  return new Map(Object.entries(codes).map(([name, code]) => [code, name as keyof T & string]))
}
