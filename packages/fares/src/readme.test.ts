import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseJourneys } from './journeys.ts'
import { lintTariff } from './lint/lint.ts'
import { quoteJourneys } from './quote.ts'
import { parseTariffText } from './tariff-text.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

test('the tariff of the README is good, and its journey costs what it should', () => {
  const [, yaml = ''] = /```yaml\n(.*?)```/s.exec(readme) ?? []
  const tariffs = parseTariffText(yaml)
  expect(tariffs.flatMap((tariff) => lintTariff(tariff))).toEqual([])
  const [, journeys = ''] = /echo '(\[.*?\])' \|/s.exec(readme) ?? []
  const quotes = quoteJourneys({ tariffs, networks: [] }, parseJourneys(JSON.parse(journeys)))
  // 12.001 km are 5 yuan, 90% by local card.
  expect(quotes).toMatchObject([
    { ok: true, amount: 450, parts: [{ amount: 500 }, { amount: -50 }] },
  ])
})
