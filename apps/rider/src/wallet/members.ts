import type { Instant } from '@unifare/core'
import { UnifareError } from '@unifare/core'
import type { Mode } from '@unifare/tap'

/** A party as the page knows it. */
export interface Member {
  readonly id: string
  readonly nameZh: string
  readonly nameEn: string
  readonly division: string
  /** Ed25519 key, hexadecimal. */
  readonly key: string
}

/** A place where one taps. */
export interface Place {
  readonly terminal: string
  readonly mode: Mode
  readonly line: number
  readonly station: number
  readonly stationZh: string
  readonly stationEn: string
}

export interface Operator extends Member {
  readonly modes: readonly Mode[]
  readonly terminals: readonly Place[]
}

/** Who takes part in the network: where one code is good, and who issues it. */
export interface Members {
  readonly issuers: readonly Member[]
  readonly operators: readonly Operator[]
}

/** The members, and how far the network's clock is from this device's (add it to the device's). */
export interface MembersNews {
  readonly members: Members
  readonly offsetMs: number
}

/** Asks the page's origin for the members. Throws `link.unreachable` and `page.not-open-yet`. */
export async function fetchMembers(origin: string): Promise<MembersNews> {
  const askedAt = Date.now()
  const response = await fetch(new URL('/api/members', origin)).catch(() => {
    throw new UnifareError('link.unreachable', 'no network')
  })
  if (response.status === 503) {
    throw new UnifareError('page.not-open-yet', 'the network is being prepared')
  }
  if (!response.ok) {
    throw new UnifareError('link.unreachable', `the network answered ${response.status}`)
  }
  const { at, issuers, operators } = (await response.json()) as Members & { readonly at: Instant }
  return { members: { issuers, operators }, offsetMs: clockOffset(at, askedAt, Date.now()) }
}

/** The answer was made between asking and hearing: half of the way is assumed. */
export function clockOffset(at: Instant, askedAt: Instant, heardAt: Instant): number {
  return Math.round(at - (askedAt + heardAt) / 2)
}

/** Names of the place where something happened, as far as the members tell it. */
export function placeName(
  members: Members,
  operator: string,
  end: { readonly terminal: string; readonly line: number; readonly station: number },
): { readonly zh: string; readonly en: string } {
  const terminals = members.operators.find(({ id }) => id === operator)?.terminals ?? []
  const place =
    terminals.find(({ terminal }) => terminal === end.terminal) ??
    terminals.find(({ line, station }) => line === end.line && station === end.station)
  return { zh: place?.stationZh ?? '', en: place?.stationEn ?? '' }
}

/** A station that a rider can choose, by its names in both languages. */
export interface Station {
  readonly line: number
  readonly station: number
  readonly zh: string
  readonly en: string
}

/** Stations of an operator's mode, each once on each of its lines, in the order of the lines. */
export function stationsOf(members: Members, operator: string, mode: string): readonly Station[] {
  const terminals = members.operators.find(({ id }) => id === operator)?.terminals ?? []
  const stations = new Map<string, Station>()
  for (const place of terminals) {
    const { line, station, stationZh: zh, stationEn: en } = place
    if (place.mode === mode && zh !== '')
      stations.set(`${line}/${station}`, { line, station, zh, en })
  }
  return [...stations.values()].sort((a, b) => a.line - b.line || a.station - b.station)
}
