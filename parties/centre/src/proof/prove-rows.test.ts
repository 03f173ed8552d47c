import { concat, fromHex, toHex, utf8 } from '@unifare/core'
import { ed25519KeyPair } from '@unifare/crypto'
import { nodeEngine } from '@unifare/crypto/node'
import { describe, expect, it } from 'vitest'
import { NO_FEE_ROW, VERDICT_NUMBERS, verdictRow } from '../engine/verdict-rows.ts'
import { chainedRoot, leafHash, merkleRoot } from '../merkle.ts'
import { formatProof, parseProof, verifyProof } from './proof.ts'
import { parseSubject } from './proof-subject.ts'
import { proveRow, type RowsDay } from './prove-rows.ts'

const DAY = '2026-11-20'
const LEAF_BYTES = 64 * 64
const engine = nodeEngine()
const pair = ed25519KeyPair((length) => new Uint8Array(length).fill(7))
const trust = { publicKey: pair.publicKey, engine }

/** Row of a charge's tap; charges of even numbers have two taps. */
const row = (number: number, place = 0) =>
  verdictRow.encode({
    operator: '30000001',
    number,
    corrects: 0,
    medium: 1,
    mode: 2,
    issuer: '20000001',
    account: '3120000001000000017'.padStart(20, '0'),
    verdict: VERDICT_NUMBERS[number % 5 === 0 ? 'card.bad-tac' : 'normal'],
    place,
    feeRow: NO_FEE_ROW,
    amountFen: 100 + number,
    balanceFen: 0,
    terminal: '400000000001',
    sequence: number * 10 + place,
    counter: number,
    at: 0,
    tapDay: '20261120',
  })

const rowsOfCharges = (numbers: readonly number[]) =>
  concat(
    ...numbers.flatMap((number) => (number % 2 ? [row(number)] : [row(number), row(number, 1)])),
  )
const from = (first: number, count: number) => Array.from({ length: count }, (_, i) => first + i)

/** Four buckets, the third one empty; a leaf ends in the middle of a charge. */
const BUCKETS = [from(1, 3), from(1_001, 300), [], from(2_001, 70)].map(rowsOfCharges)
const LINES = [utf8('{"position":{"id":"20000001","netFen":-5,"payableFen":5,"receivableFen":0}}')]

function dayOf(buckets: readonly Uint8Array[]): RowsDay {
  const leaves = buckets.map((rows) => {
    const own: Uint8Array[] = []
    for (let at = 0; at < rows.length; at += LEAF_BYTES) {
      own.push(leafHash(rows.subarray(at, at + LEAF_BYTES)))
    }
    return own
  })
  const roots = leaves.map(merkleRoot)
  const previousRoot = '00'.repeat(32)
  const tree = merkleRoot([...roots, ...LINES.map(leafHash)])
  const root = chainedRoot(fromHex(previousRoot), DAY, tree)
  return {
    day: DAY,
    previousRoot,
    root: toHex(root),
    signature: toHex(engine.ed25519Sign(pair.privateKey, root)),
    bucketRoots: roots.map(toHex),
    lines: LINES,
    rowsOf: (bucket) => Promise.resolve(buckets[bucket] ?? new Uint8Array(0)),
    rowsNear: (hash) => Promise.resolve(buckets[hash >>> 24] ?? new Uint8Array(0)),
    leavesOf: (bucket) => Promise.resolve(leaves[bucket] ?? []),
  }
}

describe('a day cleared in columns', () => {
  it('proves every tap by its block of rows, with the key of the centre alone', async () => {
    const day = dayOf(BUCKETS)
    for (const number of [...from(1, 3), ...from(1_001, 300), ...from(2_001, 70)]) {
      for (const place of number % 2 ? [0] : [0, 1]) {
        const name = `400000000001-${number * 10 + place}`
        const proof = await proveRow(day, parseSubject(name))
        const read = parseProof(formatProof(proof as NonNullable<typeof proof>))
        expect(verifyProof(read, trust)).toMatchObject({
          ok: true,
          row: {
            charge: `30000001-${number}`,
            verdict: number % 5 === 0 ? 'card.bad-tac' : 'normal',
            tapDay: DAY,
          },
        })
      }
    }
  })

  it('says of which taps the amount is: a block may end in the middle of a charge', async () => {
    const proof = await proveRow(dayOf(BUCKETS), parseSubject('30000001-2'))
    expect(proof?.text.en).toContain('over 2.04 CNY for taps 400000000001-20, 400000000001-21,')
  })

  it('proves its positions by lines, and nothing that is not there', async () => {
    const day = dayOf(BUCKETS)
    const proof = await proveRow(day, parseSubject('position/20000001'))
    expect(proof && verifyProof(proof, trust)).toMatchObject({ ok: true, row: { netFen: -5 } })
    for (const name of ['30000001-4', '400000000001-11', 'position/20000002']) {
      expect(await proveRow(day, parseSubject(name))).toBeUndefined()
    }
    expect(await proveRow(day, parseSubject('30000001-1'), 1 << 24)).toBeUndefined()
  })

  it('proves nothing from rows, buckets or lines that were changed', async () => {
    const day = dayOf(BUCKETS)
    const changed = (BUCKETS[1] as Uint8Array).slice()
    changed[32] = (changed[32] ?? 0) ^ 1
    const wrong = { code: 'proof.wrong-root' }
    const rows = { ...day, rowsNear: () => Promise.resolve(changed) }
    await expect(proveRow(rows, parseSubject('30000001-1003'), 1 << 24)).rejects.toMatchObject(
      wrong,
    )
    const leaves = { ...day, leavesOf: async () => (await day.leavesOf(1)).toReversed() }
    await expect(proveRow(leaves, parseSubject('30000001-1003'), 1 << 24)).rejects.toMatchObject(
      wrong,
    )
    const lines = { ...day, lines: [] }
    await expect(proveRow(lines, parseSubject('30000001-1'))).rejects.toMatchObject(wrong)
  })

  it('never reads a line of another form as rows, nor rows as a line', async () => {
    const day = dayOf(BUCKETS)
    const proof = await proveRow(day, parseSubject('30000001-1'), 0)
    if (proof === undefined) throw new Error('no proof')
    expect(verifyProof({ ...proof, form: 'json-line' }, trust)).toMatchObject({ ok: false })
    const line = toHex(utf8('{"charge":"30000001-1"}'.padEnd(64, ' ')))
    expect(verifyProof({ ...proof, line }, trust)).toEqual({ ok: false, code: 'proof.no-row' })
  })
})
