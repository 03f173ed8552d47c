import { type Day, requireData } from '@unifare/core'
import type { CompiledTariff, Tariff } from '@unifare/fares'

/**
 * A new list of tariffs keeps the versions of the list before it, or others for their days: rides of
 * earlier days are rated again by the version of their day, and a month whose first rides have none
 * any more would begin anew. A tariff that is left out whole is withdrawn. Throws
 * `operator.version-dropped`.
 */
export function requireKeptVersions(
  before: readonly CompiledTariff[],
  now: readonly CompiledTariff[],
): void {
  const kept = new Set(now.map(({ tariff }) => tariff.id))
  for (const { tariff } of before) {
    const { id, version, validFrom } = tariff
    const told = now.some((one) => one.tariff.id === id && covers(one.tariff, validFrom))
    requireData(
      !kept.has(id) || told,
      'operator.version-dropped',
      `${id} version ${version} was in force from ${validFrom}: nothing in the list is`,
    )
  }
}

function covers({ validFrom, validTo }: Tariff, day: Day): boolean {
  return validFrom <= day && (validTo === null || day < validTo)
}
