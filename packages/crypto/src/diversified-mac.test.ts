import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createDiversifiedMacs, desCbcMac, diversify, sm4CbcMac } from './index.ts'

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })

/** Up to nine cards with messages of one length. */
const cards = fc
  .integer({ min: 0, max: 40 })
  .chain((length) => fc.array(fc.tuple(bytes(8), bytes(length)), { maxLength: 9 }))

const MAC = {
  '3des': (key: Uint8Array, data: Uint8Array) =>
    desCbcMac(
      key.slice(0, 8).map((byte, i) => byte ^ key[8 + i]!),
      data,
    ),
  sm4: sm4CbcMac,
}

describe.each(['3des', 'sm4'] as const)('MACs of many cards under one issuer key, %s', (name) => {
  test('are those of the diversified keys, leftmost 4 bytes', () => {
    fc.assert(
      fc.property(bytes(16), cards, (issuerKey, rows) => {
        const out = new Uint8Array(rows.length * 4)
        createDiversifiedMacs(
          name,
          issuerKey,
        )({
          factors: joined(rows.map(([factor]) => factor)),
          messages: joined(rows.map(([, message]) => message)),
          out,
        })
        const expected = rows.map(([factor, message]) =>
          MAC[name](diversify(name, issuerKey, factor), message).slice(0, 4),
        )
        expect(out).toEqual(joined(expected))
      }),
    )
  })

  test('rows that do not fit together are misuse', () => {
    const macs = createDiversifiedMacs(name, new Uint8Array(16))
    const rows = (factors: number, messages: number, out: number) => ({
      factors: new Uint8Array(factors),
      messages: new Uint8Array(messages),
      out: new Uint8Array(out),
    })
    for (const bad of [rows(9, 22, 4), rows(16, 45, 8), rows(16, 44, 7)]) {
      expect(() => macs(bad)).toThrow(TypeError)
    }
  })
})

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]))
}
