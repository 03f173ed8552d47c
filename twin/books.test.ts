import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BooksFormat, DIALECTS, exportBooks } from '@unifare/ledger'
import { checkBooks } from '@unifare/ledger/node'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type MemoryNetwork, openMemoryNetwork } from './memory-network.fixture.ts'
import { prepareNetwork, rideDay } from './src/index.ts'

const OPERATORS = ['15215211', '15215212', '01001000']
const ISSUERS = ['05215210', '02002900']

let ridden: MemoryNetwork
let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'unifare-day-books-'))
  ridden = await openMemoryNetwork({
    seed: 'books of a day',
    day: '2026-11-20',
    riders: 80,
    operators: OPERATORS,
    issuers: ISSUERS,
  })
  await prepareNetwork(ridden.day)
  await rideDay(ridden.day)
})
afterAll(async () => {
  await ridden.network.close()
  await rm(dir, { recursive: true })
})

async function textOf(party: string, format: BooksFormat): Promise<string> {
  const { network } = ridden
  const institution =
    network.operators.get(party) ?? network.issuers.get(party)?.issuer ?? network.centre
  let text = ''
  await institution.read((tx) =>
    exportBooks(tx, { format, title: `Books of ${party}` }, (part) => {
      text += part
    }),
  )
  return text
}

const FORMATS = Object.keys(DIALECTS) as BooksFormat[]

it.each(FORMATS)('%s accepts the books of every party of a whole day', async (format) => {
  for (const party of [ridden.network.centre.id, ...OPERATORS, ...ISSUERS]) {
    const file = join(dir, `${party}.${DIALECTS[format].extension}`)
    const text = await textOf(party, format)
    if (party === ridden.network.centre.id) {
      expect(text).toContain('settlement')
      expect(text).toContain('purses')
    }
    await writeFile(file, text)
    expect([party, await checkBooks(format, file)]).toMatchObject([
      party,
      { accepted: true, said: '' },
    ])
  }
})

it.each(FORMATS)("%s refuses the centre's books when any one line is a fen off", async (format) => {
  const text = await textOf(ridden.network.centre.id, format)
  const lines = text.split('\n')
  const money = lines.flatMap((line, index) => (/ {2}-?\d+\.\d\d CNY$/.test(line) ? [index] : []))
  expect(money.length).toBeGreaterThan(6)
  for (const at of [money[0], money[money.length >> 1], money.at(-1)]) {
    const changed = lines.map((line, index) =>
      index === at ? line.replace(/\d CNY$/, (end) => `${(Number(end[0]) + 1) % 10} CNY`) : line,
    )
    const file = join(dir, `changed-${at}.${DIALECTS[format].extension}`)
    await writeFile(file, changed.join('\n'))
    expect(await checkBooks(format, file)).toMatchObject({ accepted: false })
  }
})
