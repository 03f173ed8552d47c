import { type Day, type Instant, shanghaiDay } from '@unifare/core'
import { parseTariff } from './parse-tariff.ts'
import type { Tariff } from './tariff.ts'
import { tariffFiles } from './tariff-files.ts'
import type { FareMode } from './words.ts'

let parsed: readonly Tariff[] | undefined

/** All tariffs that come with the package: cities as data, each value with source, date and mark. */
export function tariffs(): readonly Tariff[] {
  parsed ??= tariffFiles.flat().map((file) => parseTariff(file))
  return parsed
}

/** All tariffs of an operator, of any day. */
export function tariffsOfOperator(operator: string): readonly Tariff[] {
  return tariffs().filter((tariff) => tariff.operator === operator)
}

/** The tariff of an operator for a mode on a day; the highest version where several hold. */
export function tariffOf(operator: string, mode: FareMode, day: Day): Tariff | undefined {
  return tariffsOfOperator(operator)
    .filter((tariff) => tariff.modes.includes(mode) && holdsOn(tariff, day))
    .reduce<Tariff | undefined>(
      (best, tariff) => (best === undefined || tariff.version > best.version ? tariff : best),
      undefined,
    )
}

/** Whether a tariff holds at an instant, by the day in its zone. */
export function inForce(tariff: Tariff, at: Instant): boolean {
  return holdsOn(tariff, shanghaiDay(at))
}

function holdsOn({ validFrom, validTo }: Tariff, day: Day): boolean {
  return validFrom <= day && (validTo === null || day < validTo)
}
