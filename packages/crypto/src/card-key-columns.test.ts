import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  createSessionColumn,
  createTacColumn,
  desCbcMac,
  diversify,
  sm4CbcMac,
  sm4Encrypt,
  tdesEncrypt,
} from './index.ts'

const SLOTS = 4
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })

/** Rows of up to four cards: slot, seed, message; all messages of one length. */
const rowsOf = fc
  .integer({ min: 0, max: 40 })
  .chain((length) =>
    fc.array(fc.tuple(fc.nat(SLOTS - 1), bytes(8), bytes(length)), { maxLength: 9 }),
  )
const factorsOf = bytes(8 * SLOTS)

const MAC = {
  '3des': (key: Uint8Array, data: Uint8Array) =>
    desCbcMac(
      key.slice(0, 8).map((byte, i) => byte ^ key[8 + i]!),
      data,
    ),
  sm4: sm4CbcMac,
}
const SESSION_MAC = {
  '3des': (key: Uint8Array, seed: Uint8Array, data: Uint8Array) =>
    desCbcMac(tdesEncrypt(key, seed), data),
  sm4: (key: Uint8Array, seed: Uint8Array, data: Uint8Array) =>
    sm4CbcMac(sm4Encrypt(key, Uint8Array.of(...seed, 0x80, 0, 0, 0, 0, 0, 0, 0)), data),
}

describe.each(['3des', 'sm4'] as const)('columns of card keys, %s', (algorithm) => {
  test('give the TACs of the diversified keys', () => {
    fc.assert(
      fc.property(bytes(16), factorsOf, rowsOf, (issuerKey, factors, rows) => {
        const column = createTacColumn(algorithm, SLOTS)
        column.addIssuer(issuerKey)
        column.derive(factors, SLOTS)
        const columns = columnsOf(rows)
        column.macs(columns)
        const expected = rows.map(([slot, , message]) =>
          MAC[algorithm](keyOf(issuerKey, factors, slot), message),
        )
        expect([...columns.out]).toEqual(expected.map(firstWord))
      }),
    )
  })

  test('give the MACs of sessions under the diversified keys', () => {
    fc.assert(
      fc.property(bytes(16), factorsOf, rowsOf, (issuerKey, factors, rows) => {
        const column = createSessionColumn(algorithm, SLOTS)
        column.addIssuer(issuerKey)
        column.derive(factors, SLOTS)
        const columns = columnsOf(rows)
        column.macs(columns)
        const expected = rows.map(([slot, seed, message]) =>
          SESSION_MAC[algorithm](keyOf(issuerKey, factors, slot), seed, message),
        )
        expect([...columns.out]).toEqual(expected.map(firstWord))
      }),
    )
  })

  test('take new cards into the same slots, and no more than there are', () => {
    const column = createTacColumn(algorithm, SLOTS)
    column.addIssuer(new Uint8Array(16).fill(7))
    const [first, second] = [new Uint8Array(8 * 3).fill(1), new Uint8Array(8 * 3).fill(2)]
    const rows = columnsOf([[0, new Uint8Array(8), Uint8Array.of(1, 2, 3)]])
    const macWith = (factors: Uint8Array) => {
      column.derive(factors, 3)
      column.macs(rows)
      return rows.out[0]
    }
    const one = macWith(first)
    expect(macWith(second)).not.toBe(one)
    expect(macWith(first)).toBe(one)
    expect(() => column.derive(new Uint8Array(8 * 5), 5)).toThrow(TypeError)
  })

  test('know no key once they are wiped', () => {
    const column = createTacColumn(algorithm, SLOTS)
    column.addIssuer(new Uint8Array(16).fill(7))
    column.derive(new Uint8Array(8).fill(1), 1)
    const rows = columnsOf([[0, new Uint8Array(8), Uint8Array.of(1)]])
    column.macs(rows)
    const before = rows.out[0]
    column.wipe()
    column.macs(rows)
    expect(rows.out[0]).not.toBe(before)
  })

  function keyOf(issuerKey: Uint8Array, factors: Uint8Array, slot: number): Uint8Array {
    return diversify(algorithm, issuerKey, factors.slice(slot * 8, slot * 8 + 8))
  }
})

function columnsOf(rows: readonly (readonly [number, Uint8Array, Uint8Array])[]) {
  return {
    count: rows.length,
    slots: Uint32Array.from(rows, ([slot]) => slot),
    seeds: Uint8Array.from(rows.flatMap(([, seed]) => [...seed])),
    messages: Uint8Array.from(rows.flatMap(([, , message]) => [...message])),
    messageBytes: rows[0]?.[2].length ?? 0,
    out: new Uint32Array(rows.length),
  }
}

function firstWord(mac: Uint8Array): number {
  return new DataView(mac.buffer, mac.byteOffset).getUint32(0)
}
