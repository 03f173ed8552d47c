import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { afterAll, afterEach, beforeAll, describe, expect, it, type Mock, vi } from 'vitest'
import { answerRefusal } from '../answer-refusal.ts'
import { createReadingsApi } from '../api-readings.ts'
import { askNetwork } from '../client.ts'
import { printAlarms } from '../commands/alarms.ts'
import { exportStoredBooks } from '../commands/books/export-books.ts'
import { writePayments } from '../commands/reconcile/payments.ts'
import { reconcile } from '../commands/reconcile/reconcile.ts'
import { showHeld } from '../commands/settlement/held.ts'
import { showReserves } from '../commands/settlement/reserves.ts'
import { showSuspense } from '../commands/settlement/suspense.ts'
import { showWindows } from '../commands/settlement/windows.ts'
import { statistics } from '../commands/statistics/statistics.ts'
import { ISSUER, type RiddenNetwork, rideNetwork } from '../ridden-network.fixture.ts'

const printed: Mock<typeof process.stdout.write> = vi.spyOn(process.stdout, 'write')
afterEach(() => printed.mockReset())

let network: RiddenNetwork
let data: string
let port: number
let server: ReturnType<typeof serve>
/** The record as the network wrote it, and as a process beside it would find it. */
let record: string
let own: Record<string, unknown>
beforeAll(async () => {
  network = await rideNetwork('asked while it runs')
  data = network.data
  const app = new Hono().route('/', createReadingsApi(network.running)).onError(answerRefusal)
  port = await new Promise((resolve) => {
    server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, (at) => resolve(at.port))
  })
  record = join(data, 'stored-network.json')
  own = JSON.parse(await readFile(record, 'utf8')) as Record<string, unknown>
  await heldByAnother({ port })
})
afterAll(async () => {
  server.close()
  await network.remove()
})

/** Leaves the record as another process of this machine sees it. */
async function heldByAnother(more: { readonly port?: number }): Promise<void> {
  await writeFile(record, JSON.stringify({ ...own, pid: process.ppid, ...more }))
}

/** What a command prints as JSON. */
async function told(command: () => Promise<number>): Promise<unknown> {
  printed.mockReset().mockReturnValue(true)
  await command()
  return JSON.parse(printed.mock.calls.join(''))
}

const asked = () => ({ data, lang: 'en', json: true }) as const
const COMMANDS: Readonly<Record<string, () => Promise<number>>> = {
  windows: () => showWindows(undefined, asked()),
  reserves: () => showReserves(asked()),
  alarms: () => printAlarms({ data, at: '2026-12-01T00:00:00Z', json: true }),
  "an issuer's differences": () => reconcile({ ...asked(), party: ISSUER }),
}

describe('a network that runs', () => {
  it('compares a bank statement that the command has read', async () => {
    const bank = join(network.folder, 'bank.csv')
    const columns = 'reference,endToEnd,bookedOn,valueOn,side,amount,counterparty'
    await writeFile(bank, `${columns}\nB1,,2026-11-20,2026-11-20,credit,5.00,somebody\n`)
    expect(await told(() => reconcile({ ...asked(), bank }))).toMatchObject({
      differences: [{ key: 'bank.unexpected/B1', doubtFen: -500 }],
    })
    await writeFile(bank, 'nothing of a bank\n')
    await expect(reconcile({ ...asked(), bank })).rejects.toMatchObject({
      code: 'bank.bad-statement',
    })
  })

  it('refuses as stored data does, and what it is not asked', async () => {
    await expect(showWindows('W1', asked())).rejects.toMatchObject({
      code: 'window.unknown',
      message: 'no window W1; there is W20261120-1',
    })
    const ask = (name: string, body: string) =>
      askNetwork(port, `/api/readings/${name}`, { method: 'POST', body })
    await expect(ask('toString', '{"party": "00000156", "question": {}}')).rejects.toMatchObject({
      code: 'network.no-reading',
    })
    await expect(ask('held', '{"party": "99999999", "question": {}}')).rejects.toMatchObject({
      code: 'data.unknown-party',
    })
    await expect(ask('held', '{"party": 1}')).rejects.toMatchObject({ code: 'message.malformed' })
  })

  it.each<readonly [string, unknown]>([
    ['held', null],
    ['held', []],
    ['held', { question: [] }],
    ['statistics', { question: { to: 5 } }],
    ['statistics', { question: { to: {} } }],
    ['windows', { question: { window: 5 } }],
    ['windows', { question: { window: null } }],
    ['alarms', { question: { at: '2026-12-01' } }],
    ['alarms', { question: { at: 1, rules: 5 } }],
    ['alarms', { question: { at: 1, rules: [null] } }],
    ['differences', { question: { day: 5 } }],
    ['differences', { question: { bank: 'text' } }],
    ['differences', { question: { bank: {} } }],
    ['differences', { question: { bank: { name: 5, text: 'reference' } } }],
  ])('refuses what is no question of it: %s %j', async (name, asked) => {
    const own = asked !== null && !Array.isArray(asked)
    const body = JSON.stringify(own ? { party: '00000156', ...(asked as object) } : asked)
    const answer = await fetch(`http://127.0.0.1:${port}/api/readings/${name}`, {
      method: 'POST',
      body,
    })
    expect({ asked, status: answer.status }).toEqual({ asked, status: 422 })
  })

  it('says what to do where it answers nobody, and to commands that read the end only', async () => {
    await expect(exportStoredBooks({ format: 'ledger', data })).rejects.toMatchObject({
      code: 'data.in-use',
      message: expect.stringMatching(/end it \(Ctrl\+C\).*payments, reconcile.*DATABASE_URL/),
    })
    await heldByAnother({})
    await expect(writePayments({ data })).rejects.toMatchObject({ code: 'data.in-use' })
    await heldByAnother({ port })
  })

  it('answers every command with the same as its data when it has ended', async () => {
    const running: Record<string, unknown> = {}
    for (const [name, command] of Object.entries(COMMANDS)) running[name] = await told(command)
    expect(running['windows']).toMatchObject({ windows: [{ state: 'SETTLED', eventsHold: true }] })
    expect(await told(() => showWindows('W20261120-1', asked()))).toEqual(running['windows'])
    expect(await told(() => showHeld(asked()))).toMatchObject({ held: [] })
    expect(await told(() => showSuspense({ ...asked(), all: true }))).toMatchObject({ items: [] })
    expect(await told(() => statistics(asked()))).toMatchObject({ lastDay: '2026-11-20' })
    printed.mockReset().mockReturnValue(true)
    expect(await writePayments({ data, window: 'W20261120-1', json: true })).toBe(0)
    await writeFile(record, JSON.stringify(own))
    await network.end()
    for (const [name, command] of Object.entries(COMMANDS)) {
      expect({ [name]: await told(command) }).toEqual({ [name]: running[name] })
    }
  })
})
