import { formatYuan, UnifareError } from '@unifare/core'
import { nodeEngine } from '@unifare/crypto/node'
import { type DrillReport, drillLoad, drillTear } from '@unifare/twin'
import { EXIT, printJson, printLines } from '../output.ts'
import type { Language } from './card/text.ts'

interface DrillOptions {
  readonly seed: string
  readonly times: number
  readonly lang: Language
  readonly json?: boolean
}

const DRILLS = {
  load: ({ seed, times }) => drillLoad({ seed, orders: times, engine: nodeEngine() }),
  tear: ({ seed, times }) => drillTear({ seed, rides: times, engine: nodeEngine() }),
} as const satisfies Record<string, (options: DrillOptions) => Promise<DrillReport>>

const TEXTS = {
  en: { before: 'before', after: 'after', sum: 'sum', equal: 'equal', differs: 'DIFFERS' },
  zh: { before: '之前', after: '之后', sum: '合计', equal: '相等', differs: '不相等' },
} as const satisfies Record<Language, Record<string, string>>

/** Runs a drill and prints its sums; exit code 1 when money was lost or made. */
export async function drill(subject: string, options: DrillOptions): Promise<number> {
  if (!isDrill(subject)) {
    throw new UnifareError(
      'drill.unknown-subject',
      `no drill named "${subject}"; there is: ${Object.keys(DRILLS).join(', ')}`,
    )
  }
  const report = await DRILLS[subject](options)
  if (options.json === true) printJson(report)
  else printLines(...tableOf(report, options.lang))
  return report.equal ? EXIT.ok : EXIT.differences
}

function isDrill(name: string): name is keyof typeof DRILLS {
  return Object.hasOwn(DRILLS, name)
}

/** Figures first, so that names in Chinese do not move the columns. */
function tableOf(report: DrillReport, lang: Language): string[] {
  const { happened, places, checks, beforeFen, afterFen } = report
  const texts = TEXTS[lang]
  const verdict = (equal: boolean) => (equal ? texts.equal : texts.differs)
  const row = (before: string, after: string, name: string) =>
    `${before.padStart(14)} ${after.padStart(14)}  ${name}`
  const money = (before: number, after: number, name: string) =>
    row(formatYuan(before), formatYuan(after), name)
  return [
    Object.entries(happened)
      .map(([what, times]) => `${what} ${times}`)
      .join(', '),
    row(texts.before, texts.after, 'CNY'),
    ...places.map((place) => money(place.beforeFen, place.afterFen, place[lang])),
    money(beforeFen, afterFen, `${texts.sum}: ${verdict(beforeFen === afterFen)}`),
    ...checks.map((check) => {
      const { leftFen, rightFen } = check
      return money(leftFen, rightFen, `${check[lang]}: ${verdict(leftFen === rightFen)}`)
    }),
  ]
}
