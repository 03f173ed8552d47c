import { toHex } from '@unifare/core'
import { findTlv, parseTlv } from '../tlv.ts'
import type { Part } from './parts.ts'
import type { ProblemList } from './problems.ts'

/** An application that an answer to SELECT names. */
export interface Application {
  /** Hexadecimal; phones answer with a longer one that begins with the usual one. */
  readonly aid: string
  /** `MOT_T_EP`; null when the card gives none. */
  readonly label: string | null
  readonly kind: ApplicationKind
}

export type ApplicationKind = 'purse' | 'cash' | 'city-union' | 'other'

/** Beginnings of AIDs (reference card 1). */
const KINDS: readonly (readonly [string, ApplicationKind])[] = [
  ['A000000632010105', 'purse'],
  ['A000000632010106', 'cash'],
  ['A00000000386980701', 'city-union'],
  ['A00000000386980700', 'city-union'],
  ['A00000000386980702', 'city-union'],
  ['A00000000386980703', 'city-union'],
]

const TAG = { fci: 0x6f, name: 0x84, directory: 0xbf0c, entry: 0x61, aid: 0x4f, label: 0x50 }

/** Applications in one FCI: the selected one, or those that the directory (PPSE) lists. */
export function applicationsOf(part: Part, problems: ProblemList): readonly Application[] {
  const template = parseTlv(part.bytes).find(({ tag }) => tag === TAG.fci)?.value
  if (!template) {
    problems.add('inspect.bad-fci', part.where, toHex(part.bytes))
    return []
  }
  const listed = parseTlv(findTlv(template, TAG.directory) ?? new Uint8Array(0))
    .filter(({ tag }) => tag === TAG.entry)
    .flatMap(({ value }) => application(findTlv(value, TAG.aid), findTlv(value, TAG.label)))
  if (listed.length > 0) return listed
  return application(findTlv(template, TAG.name), findTlv(template, TAG.label))
}

function application(aid: Uint8Array | undefined, label: Uint8Array | undefined): Application[] {
  if (!aid) return []
  const hex = toHex(aid)
  return [
    {
      aid: hex,
      label: label ? String.fromCharCode(...label) : null,
      kind: KINDS.find(([start]) => hex.startsWith(start))?.[1] ?? 'other',
    },
  ]
}
