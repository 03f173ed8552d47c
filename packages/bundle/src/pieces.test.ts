import { utf8 } from '@unifare/core'
import { ed25519KeyPair, pureEngine } from '@unifare/crypto'
import { describe, expect, it } from 'vitest'
import { openBundle, signBundle } from './bundle.ts'
import { bundleBytes, deltaOf, isDelta, rebuildBundle } from './delta.ts'
import {
  cutBundle,
  fitAnswer,
  gatherBundles,
  headOf,
  isHead,
  joinPieces,
  type PieceRequest,
  parsePiece,
  pieceOf,
} from './pieces.ts'

const CENTRE = '00000156'
const keys = ed25519KeyPair((length) => new Uint8Array(length).fill(7))
const sign = async (message: Uint8Array) => pureEngine.ed25519Sign(keys.privateKey, message)

const entry = (i: number) => ({
  medium: 'card',
  issuer: '05215210',
  account: `31048600000${String(i).padStart(8, '0')}`,
  reason: 'lost',
  since: 0,
})
const denyOf = (version: number, entries: readonly unknown[]) =>
  signBundle(
    { publisher: CENTRE, kind: 'deny', version, validFrom: 0, validTo: null, content: { entries } },
    sign,
  )
const many = Array.from({ length: 12_000 }, (_, i) => entry(i))

describe('a list too long for one message', () => {
  it('travels in pieces that each fit, and is the same bundle behind them', async () => {
    const whole = await denyOf(1, many)
    const [head] = fitAnswer([{ value: whole, since: 0 }])
    if (!isHead(head)) throw new TypeError('carried whole')
    expect(head).toMatchObject({ kind: 'deny', version: 1, since: 0, bytes: bundleBytes(whole) })
    expect(head.pieces).toBe(Math.ceil(bundleBytes(whole) / 300_000))
    const asked: number[] = []
    const [told] = await gatherBundles([head], async (wanted) => {
      asked.push(wanted.piece)
      return JSON.parse(JSON.stringify(pieceOf(whole, wanted))) as unknown
    })
    expect(asked).toEqual(Array.from({ length: head.pieces }, (_, i) => i))
    expect(told?.bytes).toBe(head.bytes)
    expect(openBundle(told?.value, () => keys.publicKey, pureEngine)).toEqual(whole)
  })

  it('is cut for who sends it, and what is short is not', async () => {
    const whole = await denyOf(1, many)
    const pieces = cutBundle(whole, 0) ?? []
    expect(joinPieces(pieces.map(parsePiece))).toEqual(whole)
    for (const piece of pieces) expect(utf8(JSON.stringify(piece)).length).toBeLessThan(1_000_000)
    expect(cutBundle(await denyOf(1, many.slice(0, 10)), 0)).toBeUndefined()
  })

  it('may be long changes: they are put together before they are applied', async () => {
    const [base, next] = [await denyOf(1, many.slice(0, 2_000)), await denyOf(2, many)]
    const delta = deltaOf(base, next)
    if (delta === undefined) throw new TypeError('no delta')
    const head = headOf(delta, 1)
    expect(head.bytes).toBe(bundleBytes(delta))
    const [told] = await gatherBundles([head], async (wanted) => pieceOf(delta, wanted))
    expect(isDelta(told?.value)).toBe(true)
    expect(rebuildBundle(base, told?.value)).toEqual(next)
  })

  it('is never cut within a character', async () => {
    const names = Array.from({ length: 60_000 }, (_, i) => ({
      name: `${'x'.repeat(i % 3)}𠮷𠮷𠮷𠮷`,
    }))
    const list = await denyOf(1, names)
    const pieces = cutBundle(list, 0) ?? []
    expect(pieces.length).toBeGreaterThan(2)
    for (const { text } of pieces) expect(text).not.toMatch(/\p{Cs}/u)
    expect(joinPieces(pieces)).toEqual(list)
  })
})

it('an answer carries lists while they fit, and heads of the others', async () => {
  const lists = await Promise.all(
    [2_000, 4_000, 1_000].map((n, i) => denyOf(i + 1, many.slice(0, n))),
  )
  const answer = fitAnswer(lists.map((value) => ({ value, since: 0 })))
  expect(answer.map(isHead)).toEqual([false, true, false])
  const [told] = await gatherBundles([lists[0]], async () => undefined)
  expect(told).toEqual({ value: lists[0], bytes: bundleBytes(lists[0]!) })
})

describe('whoever answers with something else', () => {
  it.each<[string, (wanted: PieceRequest) => object | undefined]>([
    ['nothing', () => undefined],
    ['another piece', (wanted) => ({ piece: wanted.piece + 1 })],
    ['a piece of another version', () => ({ version: 2 })],
    ['a piece of changes', () => ({ since: 1 })],
    ['another number of pieces', () => ({ pieces: 9 })],
    ['no text', () => ({ text: 5 })],
    ['half a list', () => ({ text: '{' })],
    ['text that no database holds', () => ({ text: '"\0"' })],
    ['half a character', () => ({ text: '"\ud842"' })],
  ])('%s: refused', async (_name, change) => {
    const whole = await denyOf(1, many)
    const asked = gatherBundles([headOf(whole, 0)], async (wanted) => {
      const changed = change(wanted)
      return changed && { ...pieceOf(whole, wanted), ...changed }
    })
    await expect(asked).rejects.toMatchObject({ code: 'bundle.malformed' })
  })

  it('pieces without end are not even asked for', async () => {
    const whole = await denyOf(1, many)
    const asked = gatherBundles([{ ...headOf(whole, 0), pieces: 1e9 }], async (wanted) =>
      pieceOf(whole, wanted),
    )
    await expect(asked).rejects.toMatchObject({ code: 'bundle.malformed' })
    expect(pieceOf(whole, { since: 0, piece: 1_000 })).toBeUndefined()
  })
})
