import { execFile, fork } from 'node:child_process'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { fromHex, toHex } from '@unifare/core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { must, newSlot, opened, prepareBus, viewOf } from '../src/card.fixture.ts'
import { debit } from '../src/reader/purchase-flow.ts'
import { listReaders, openPcscCard, type PcscCard } from './pcsc-reader.ts'
import type { Pcscd } from './pcscd.ts'

const run = promisify(execFile)
/** The PC/SC library of this process remembers the first folder it met. */
const folder = join(tmpdir(), `unifare-pcsc-test-${process.pid}`)
const CARD = 'Unifare test 00 00'
const PSAM = 'Unifare test 00 01'
const environment = process.env['PCSCLITE_CSOCK_NAME']

const child = fork(fileURLToPath(new URL('virtual-reader-process.ts', import.meta.url)), [folder], {
  execArgv: [],
})
const gone = new Promise((resolve) => child.once('exit', resolve))
let pcscd: Pick<Pcscd, 'pid' | 'environment'>

beforeAll(async () => {
  pcscd = await new Promise((resolve, reject) => {
    child.once('message', (started: typeof pcscd) => resolve(started))
    child.once('exit', () => reject(new Error('the virtual reader did not start')))
  })
  Object.assign(process.env, pcscd.environment)
})

afterAll(async () => {
  child.disconnect()
  await gone
  if (environment === undefined) delete process.env['PCSCLITE_CSOCK_NAME']
  else process.env['PCSCLITE_CSOCK_NAME'] = environment
  expect(existsSync(folder)).toBe(false)
  expect(() => process.kill(pcscd.pid, 0)).toThrow('ESRCH')
})

/** Runs with a card in hand and lets it go. */
async function holding<T>(reader: string, work: (card: PcscCard) => Promise<T>): Promise<T> {
  const card = await openPcscCard({ reader })
  try {
    return await work(card)
  } finally {
    await card.close()
  }
}

/** Bytes that a program which is not ours gets for these commands. */
async function scriptor(reader: string, apdus: readonly string[]): Promise<string[]> {
  const child = run('scriptor', ['-r', reader])
  child.child.stdin?.end(`${apdus.map((hex) => hex.match(/../g)?.join(' ')).join('\n')}\n`)
  const { stdout } = await child
  // An answer of more than 16 bytes goes on in the next lines, up to the words behind its colon.
  return [...stdout.matchAll(/^< ([0-9A-F \n]+):/gm)].map(([, hex = '']) => hex.replace(/\s/g, ''))
}

async function openscTool(reader: string, apdus: readonly string[]): Promise<string[]> {
  const sends = apdus.flatMap((hex) => ['-s', hex])
  const { stdout } = await run('opensc-tool', ['--card-driver', 'default', '-r', reader, ...sends])
  return stdout
    .split(/^Received /m)
    .slice(1)
    .map((answer) => {
      const [, sw1 = '', sw2 = ''] = /SW1=0x(..), SW2=0x(..)/.exec(answer) ?? []
      const bytes = answer
        .split('\n')
        .slice(1)
        .map((line) => /^((?:[0-9A-F]{2} )+)/.exec(line)?.[1])
      return (bytes.join('') + sw1 + sw2).replace(/\s/g, '')
    })
}

const READS = [
  '00A404000E325041592E5359532E444446303100',
  '00A4040008A00000063201010500',
  '00A4040008A000000632010105',
  '00B095001E',
  '00B0950000',
  '00B0970000',
  '00B201D480',
  '00B202D400',
  '00B201C417',
  '00B201F430',
  '805C030204',
  '805C000204',
  '00B0950010',
  '00B201C410',
  '00A4040007A000000386980700',
  '00CA000000',
  '90600000',
]

describe('our card in a real PC/SC service', () => {
  test('both readers are seen, and a card answers with its ATR', async () => {
    expect(await listReaders()).toEqual([CARD, PSAM])
    expect(await holding(CARD, async (card) => toHex(card.atr))).toBe('3B8180018080')
  })

  test('programs that are not ours get the very bytes that the card gives in process', async () => {
    const same = await newSlot()
    const expected: string[] = []
    for (const apdu of READS) expected.push(toHex(await same.transmit(fromHex(apdu))))
    expect(await scriptor(CARD, READS)).toEqual(expected)
    expect(await openscTool(CARD, READS)).toEqual(expected)
  })

  test('our reader reads and pays, with a PSAM in the second slot', async () => {
    await holding(CARD, (card) =>
      holding(PSAM, async (sam) => {
        const psam = await opened(sam)
        expect(await viewOf(card)).toEqual(await viewOf(await newSlot()))
        const { pending } = must(await prepareBus({ transport: card, psam }))
        expect(must(await debit({ transport: card, psam, pending })).balanceAfterFen).toBe(4800)
        expect((await viewOf(card)).lastLog).toMatchObject({ amountFen: 200, number: 1 })
      }),
    )
    expect(await scriptor(CARD, ['00A4040008A000000632010105', '805C030204'])).toMatchObject([
      expect.stringMatching(/9000$/),
      '000012C09000',
    ])
  })

  test('a program that guesses what card it is does no harm', async () => {
    const before = await holding(CARD, viewOf)
    const guessed = await run('opensc-tool', ['-r', CARD, '-n']).catch(({ stderr }) => ({ stderr }))
    expect(guessed).toBeDefined()
    expect(await holding(CARD, viewOf)).toEqual(before)
  })
})

describe('when a reader has no card for us', () => {
  test('a held card is busy for everybody else, and free again', async () => {
    await holding(CARD, async () => {
      await expect(openPcscCard({ reader: CARD })).rejects.toMatchObject({
        code: 'reader.busy',
        message: expect.stringContaining(CARD),
      })
    })
    await holding(CARD, async (card) => expect(card.reader).toBe(CARD))
  })

  test('an unknown or ambiguous name lists what there is', async () => {
    for (const reader of ['nowhere', 'Unifare']) {
      await expect(openPcscCard({ reader })).rejects.toMatchObject({
        code: 'reader.none',
        message: expect.stringContaining(`${CARD}, ${PSAM}`),
      })
    }
  })

  test('a closed card answers no more', async () => {
    const card = await openPcscCard({ reader: '00 00' })
    await card.close()
    await card.close()
    await expect(card.transmit(fromHex('00A40400'))).rejects.toMatchObject({ code: 'card.torn' })
  })

  test('commands sent at once are answered in order', async () => {
    await holding(CARD, async (card) => {
      await card.transmit(fromHex('00A4040008A000000632010105'))
      const all = ['805C030204', '00B0950002', '805C030204'].map((hex) =>
        card.transmit(fromHex(hex)),
      )
      expect((await Promise.all(all)).map(toHex)).toEqual([
        '000012C09000',
        '30009000',
        '000012C09000',
      ])
    })
  })

  test('a service that ends under a held card: torn, then no service', async () => {
    const card = await openPcscCard({ reader: CARD })
    process.kill(pcscd.pid, 'SIGTERM')
    await vi.waitFor(() => expect(() => process.kill(pcscd.pid, 0)).toThrow('ESRCH'))
    await expect(card.transmit(fromHex('00A40400'))).rejects.toMatchObject({ code: 'card.torn' })
    await card.close()
    await expect(listReaders()).rejects.toMatchObject({ code: 'reader.no-service' })
    // The binding turns a client of an ended service into an uncaught exception when it is found.
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    for (let round = 0; round < 3; round++) {
      collect()
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  })
})
