import type { Day } from '@unifare/core'
import type { Tariff } from '../tariff.ts'
import { type Finding, finding } from './finding.ts'

/**
 * Versions of one id beside each other, and tariffs of one operator. Paths begin with the index
 * in the list: `[2].validFrom`.
 */
export function lintVersions(tariffs: readonly Tariff[]): readonly Finding[] {
  const placed = tariffs.map((tariff, index) => ({ tariff, index }))
  const ids = new Set(tariffs.map(({ id }) => id))
  const byId = [...ids].map((id) =>
    placed
      .filter(({ tariff }) => tariff.id === id)
      .toSorted((a, b) => a.tariff.version - b.tariff.version),
  )
  return [...byId.flatMap(versionFindings), ...operatorFindings(placed)]
}

interface Placed {
  readonly tariff: Tariff
  readonly index: number
}

function versionFindings(versions: readonly Placed[]): Finding[] {
  return versions.flatMap(({ tariff, index }, at) => {
    const before = versions[at - 1]?.tariff
    if (before === undefined) return []
    if (before.version === tariff.version) {
      return [finding('version.duplicate', `[${index}].version`, ...both(String(tariff.version)))]
    }
    if (tariff.validFrom < before.validFrom) {
      const told = `${tariff.validFrom} < ${before.validFrom}`
      return [finding('validity.order', `[${index}].validFrom`, ...both(told))]
    }
    const days = `${before.validTo ?? '…'} – ${tariff.validFrom}`
    if (before.validTo === null || before.validTo > tariff.validFrom) {
      return [finding('validity.overlap', `[${index}].validFrom`, ...both(days))]
    }
    return before.validTo < tariff.validFrom
      ? [finding('validity.gap', `[${index}].validFrom`, ...both(days))]
      : []
  })
}

function operatorFindings(placed: readonly Placed[]): Finding[] {
  return placed.flatMap(({ tariff, index }, at) => {
    const other = placed
      .slice(0, at)
      .find(
        ({ tariff: before }) =>
          before.operator !== null &&
          before.operator === tariff.operator &&
          before.id !== tariff.id &&
          before.modes.some((mode) => tariff.modes.includes(mode)) &&
          bothHold(before, tariff),
      )
    if (other === undefined) return []
    return [finding('operator.ambiguous', `[${index}].operator`, ...both(other.tariff.id))]
  })
}

function bothHold(one: Tariff, other: Tariff): boolean {
  const END: Day = '9999-12-31'
  return one.validFrom < (other.validTo ?? END) && other.validFrom < (one.validTo ?? END)
}

function both(text: string): [string, string] {
  return [text, text]
}
