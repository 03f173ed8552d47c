import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createMemoryRepository, createSeededRandom, randomInteger } from '@unifare/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkBooks } from '../../node/index.ts'
import type { Entry } from '../entry.ts'
import { EMPTY_LEDGER, post, trialBalance } from '../ledger.ts'
import { postEntries } from '../store.ts'
import { nameAccounts, pathName, rootedName } from './account-names.ts'
import { type BooksFormat, decimal } from './dialects.ts'
import { type BooksQuery, exportBooks } from './export-books.ts'

const FORMATS = ['hledger', 'ledger', 'beancount'] as const satisfies readonly BooksFormat[]

let dir: string
let files = 0
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'unifare-books-'))
})
afterAll(() => rm(dir, { recursive: true }))

const entry = (
  id: string,
  day: string,
  amounts: Record<string, number>,
  more: Partial<Entry> = {},
): Entry => ({
  id,
  day,
  kind: 'settlement',
  postings: Object.entries(amounts).map(([account, amountFen]) => ({ account, amountFen })),
  refs: {},
  textKey: 'ledger.settlement',
  ...more,
})

/** Two days with everything that an entry may hold, names that clash and signs of all kinds. */
const BOOKS: readonly Entry[] = [
  entry('2026-11-20/settlement', '2026-11-20', {
    'member/02002900/payable': -500,
    'member/01001000/receivable': 497,
    'centre/fees': 4,
    'centre/rounding': -1,
  }),
  entry(
    '2026-11-20/suspense/15215211-7',
    '2026-11-20',
    { 'purses/02002900/float': -1, 'suspense/tap.missing/15215211': 1 },
    {
      kind: 'suspense',
      refs: { charge: '15215211-7', 'odd name': '"a", b; c: d\\e\n[2020-01-01]' },
    },
  ),
  entry('a/b', '2026-11-21', {
    'a.b/c_d': 0,
    'a-b/c-d': 12_345_678_901_234,
    '-x/y': -12_345_678_901_234,
  }),
  entry('zero', '2026-11-21', { 'a.b/c_d': 99, 'a-b/c-d': -99 }),
  entry(
    '中文',
    '2026-11-21',
    { 'riders/debt': 7, 'riders/receivable': -7 },
    { kind: '追缴', textKey: '票款' },
  ),
]

async function textOf(
  entries: readonly Entry[],
  query: Omit<BooksQuery, 'title'>,
): Promise<string> {
  const repository = createMemoryRepository()
  await repository.transaction((tx) => postEntries(tx, entries))
  const parts: string[] = []
  await repository.transaction((tx) =>
    exportBooks(tx, { title: 'Books of 00000156 · 账簿', ...query }, (part) => {
      parts.push(part)
    }),
  )
  return parts.join('')
}

async function verdictOf(format: BooksFormat, text: string) {
  const file = join(dir, `${(files += 1)}.${format}`)
  await writeFile(file, text)
  return checkBooks(format, file)
}

describe.each(FORMATS)('books for %s', (format) => {
  it('are accepted by the program itself, strictly', async () => {
    expect(await verdictOf(format, await textOf(BOOKS, { format }))).toMatchObject({
      accepted: true,
      said: '',
    })
  })

  it('are the same bytes whatever the order of booking', async () => {
    const text = await textOf(BOOKS, { format })
    expect(await textOf(BOOKS.toReversed(), { format })).toBe(text)
    expect(text).toContain('123456789012.34 CNY')
  })

  it('begin at a later day with what was there before, and end where asked', async () => {
    const text = await textOf(BOOKS, { format, from: '2026-11-21' })
    expect(text).toContain('opening')
    expect(text).not.toContain('15215211-7')
    expect(await verdictOf(format, text)).toMatchObject({ accepted: true })
    const first = await textOf(BOOKS, { format, to: '2026-11-20' })
    expect(first).not.toContain('a/b')
    expect(await verdictOf(format, first)).toMatchObject({ accepted: true })
  })

  it('are accepted when there is nothing yet', async () => {
    expect(await verdictOf(format, await textOf([], { format }))).toMatchObject({ accepted: true })
  })

  it('are refused when one line is one fen off', async () => {
    const text = await textOf(BOOKS, { format })
    const changed = text.replace(' 4.97 CNY', ' 4.98 CNY')
    expect(changed).not.toBe(text)
    expect(await verdictOf(format, changed)).toMatchObject({ accepted: false })
  })

  it('are refused when an entry is changed so that it still sums to zero', async () => {
    const text = await textOf(BOOKS, { format })
    const changed = text.replace(' 4.97 CNY', ' 4.98 CNY').replace(' -5.00 CNY', ' -5.01 CNY')
    expect(await verdictOf(format, changed)).toMatchObject({ accepted: false })
  })
})

describe('names of accounts', () => {
  it('are never shared, and every part is one that the program takes', () => {
    const accounts = ['a.b', 'a-b', 'a_b', 'a-b-2', '-a', 'member/0/payable', '9x']
    const names = nameAccounts(accounts, rootedName)
    expect(new Set(names.values()).size).toBe(accounts.length)
    for (const name of names.values()) {
      expect(name).toMatch(/^(Assets|Liabilities|Equity|Income|Expenses)(:[A-Z0-9][A-Za-z0-9-]*)+$/)
    }
    expect(names.get('member/0/payable')).toBe('Liabilities:Member:0:Payable')
    expect(nameAccounts(['member/0'], pathName).get('member/0')).toBe('member:0')
  })
})

describe('amounts', () => {
  it.each([
    [0, '0.00 CNY'],
    [1, '0.01 CNY'],
    [-1, '-0.01 CNY'],
    [Number.MAX_SAFE_INTEGER, '90071992547409.91 CNY'],
  ])('%s fen are %s, exactly', (amountFen, text) => {
    expect(decimal(amountFen)).toBe(text)
  })
})

describe('a big book', () => {
  it('of 50,000 entries is written in seconds and holds what the ledger holds', async () => {
    const random = createSeededRandom('big book')
    const entries = Array.from({ length: 50_000 }, (_, index) => {
      const amountFen = randomInteger(random, 100_000)
      return entry(`e${index}`, `2026-11-${String(1 + (index % 20)).padStart(2, '0')}`, {
        [`member/${10_000_000 + (index % 300)}/payable`]: -amountFen,
        [`member/${20_000_000 + (index % 200)}/receivable`]: amountFen - 3,
        'centre/fees': 3,
      })
    })
    const repository = createMemoryRepository()
    await repository.transaction((tx) => postEntries(tx, entries))
    const started = performance.now()
    let text = ''
    const summary = await repository.transaction((tx) =>
      exportBooks(tx, { title: 'big', format: 'ledger' }, (part) => {
        text += part
      }),
    )
    expect(performance.now() - started).toBeLessThan(10_000)
    expect(summary).toMatchObject({ entries: 50_000, accounts: 501 })
    expect(await verdictOf('ledger', text)).toMatchObject({ accepted: true })
    const fees = trialBalance(post(EMPTY_LEDGER, entries).balances).rows.find(
      ({ account }) => account === 'centre/fees',
    )
    expect(text).toContain(`centre:fees  0.00 CNY = ${decimal(fees?.balanceFen ?? 0)}`)
  })
})
