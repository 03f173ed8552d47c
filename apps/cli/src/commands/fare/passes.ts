import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { formatYuan, parseJson, UnifareError } from '@unifare/core'
import {
  byStatedDistance,
  type CheapestPasses,
  cheapestPasses,
  compileTariff,
  faresErrors,
  journeyRiders,
  type PassComposition,
  parseJourneys,
  type Tariff,
} from '@unifare/fares'
import { EXIT, printJson, printLines } from '../../output.ts'
import { openTariff } from './open-tariff.ts'

/** Prints the cheapest passes for every rider; exit code 1 when a ride has no price. */
export async function passes(
  file: string,
  options: {
    readonly tariff: string
    readonly network?: string
    readonly key?: string
    readonly lang: 'en' | 'zh'
    readonly json?: boolean
  },
): Promise<number> {
  const content = file === '-' ? await text(process.stdin) : await readFile(file, 'utf8')
  const journeys = parseJourneys(parseJson(content))
  const opened = await openTariff(options.tariff, options)
  const all = opened.kind === 'feed' ? [] : opened.tariffs
  // A city's metro may have lines with tariffs apart: the full id means the one.
  const tariff =
    all.find(({ id }) => id === options.tariff) ?? (all.length === 1 ? all[0] : undefined)
  if (opened.kind === 'feed' || tariff === undefined) {
    throw new UnifareError('fares.no-tariff', `"${options.tariff}" is not one tariff`)
  }
  const stated = journeys.every(({ legs }) => legs.every(({ from }) => from === undefined))
  const network = opened.networks.find(({ id }) => id === tariff.network)
  const compiled = stated ? byStatedDistance({ tariff }) : compileTariff(tariff, network)
  const found = journeyRiders(compiled, journeys).map(({ name, rides }) => ({
    rider: name,
    ...cheapestPasses(
      compiled,
      rides.toSorted((a, b) => a.at - b.at),
    ),
  }))
  if (options.json === true) printJson(found)
  else printLines(...found.flatMap((one) => [...lines(one, tariff, options.lang), '']))
  return found.every(({ ok }) => ok) ? EXIT.ok : EXIT.differences
}

const WORDS = {
  en: { best: 'cheapest', next: 'next best', none: 'without passes', unproved: 'too many ways' },
  zh: { best: '最便宜', next: '次优', none: '不买定期票', unproved: '组合过多，未能逐一比较' },
} as const

function lines(
  found: CheapestPasses & { readonly rider: string },
  tariff: Tariff,
  lang: 'en' | 'zh',
): string[] {
  if (!found.ok) return [`${found.rider}: ${faresErrors[found.code][lang]}`]
  const words = WORDS[lang]
  const { best, runnerUp, withoutPasses, proved } = found
  return [
    found.rider,
    `  ${words.best}: ${tell(best, tariff, lang)}`,
    ...(runnerUp === null ? [] : [`  ${words.next}: ${tell(runnerUp, tariff, lang)}`]),
    `  ${words.none}: ${formatYuan(withoutPasses.totalFen)}`,
    ...(proved ? [] : [`  ${words.unproved}`]),
  ]
}

function tell({ totalFen, purchases }: PassComposition, tariff: Tariff, lang: 'en' | 'zh'): string {
  const bought = purchases.map(({ pass, ride }) => {
    const policy = tariff.passes?.find(({ id }) => id === pass)
    const name = lang === 'zh' ? policy?.textZh : policy?.textEn
    const from = lang === 'zh' ? `第 ${ride + 1} 程起` : `from ride ${ride + 1}`
    return `${name ?? pass} ${from}`
  })
  return [formatYuan(totalFen), ...bought].join(lang === 'zh' ? '，' : ', ')
}
