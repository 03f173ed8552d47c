import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { parseJson } from '@unifare/core'
import { decimalText, parseJourneys, type Quote, quoteFeed, quoteJourneys } from '@unifare/fares'
import { EXIT, printJson, printLines, tell } from '../../output.ts'
import { openTariff } from './open-tariff.ts'

/** Prices journeys; exit code 1 when one of them has no price. */
export async function quote(
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
  if (opened.kind === 'feed') {
    for (const { file: name, line, column, message } of opened.feed.notices.slice(0, 20)) {
      tell(`${name} line ${line} ${column}: ${message}`)
    }
  }
  const quotes =
    opened.kind === 'feed' ? quoteFeed(opened.feed, journeys) : quoteJourneys(opened, journeys)
  if (options.json === true) printJson(quotes)
  else printLines(...quotes.flatMap((one, at) => [...lines(one, at, options.lang), '']))
  return quotes.every(({ ok }) => ok) ? EXIT.ok : EXIT.differences
}

function lines(quoted: Quote, at: number, lang: 'en' | 'zh'): string[] {
  const head = lang === 'zh' ? `行程 ${at + 1}` : `journey ${at + 1}`
  if (!quoted.ok) return [head, ...indented(quoted.reasons[lang])]
  const { amount, currency, runnerUp } = quoted
  const other =
    runnerUp === null
      ? []
      : [
          `  ${lang === 'zh' ? '次优' : 'next best'}: ${decimalText(runnerUp.amount, currency)} (${runnerUp.how})`,
        ]
  return [
    `${head}: ${decimalText(amount, currency)} ${currency}`,
    ...indented(quoted.reasons[lang]),
    ...other,
  ]
}

function indented(texts: readonly string[]): string[] {
  return texts.map((line) => `  ${line}`)
}
