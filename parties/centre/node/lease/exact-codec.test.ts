import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeExact, encodeExact } from './exact-codec.ts'

const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.maxSafeInteger().filter((number) => !Object.is(number, -0)),
    fc.bigInt(),
    fc.string({ unit: 'grapheme' }),
    fc.boolean(),
    fc.constant(null),
    fc.uint8Array(),
    fc.uint16Array(),
    fc.uint32Array(),
    fc.float64Array(),
    fc.array(tie('value')),
    fc.dictionary(
      fc.string().filter((name) => name !== '$'),
      tie('value'),
      { noNullPrototype: true },
    ),
  ),
}))

describe('exact data', () => {
  test('reads back as it was: kinds of arrays, every double, bigints', () => {
    fc.assert(
      fc.property(value, (one) => {
        const bytes = encodeExact(one)
        expect(decodeExact(bytes)).toStrictEqual(one)
        expect(encodeExact(decodeExact(bytes))).toEqual(bytes)
      }),
    )
  })

  test('a part of an array is written alone, and bytes may be read at any place', () => {
    const part = new Float64Array([1, -0, Number.NaN, 2 ** 60]).subarray(1)
    const bytes = encodeExact({ part })
    const moved = new Uint8Array(bytes.length + 3)
    moved.set(bytes, 3)
    expect(decodeExact(moved.subarray(3))).toStrictEqual({ part: part.slice() })
    expect(decodeExact(Buffer.from(bytes))).toStrictEqual({ part: part.slice() })
  })

  test('the order of members does not matter', () => {
    const [bytes, other] = [Uint8Array.of(1, 2), Uint16Array.of(3)]
    expect(encodeExact({ a: bytes, b: 2n, c: other })).toEqual(
      encodeExact({ c: other, b: 2n, a: bytes }),
    )
  })

  test.each([undefined, 0.5, -0, Number.NaN, new Map(), new Int32Array(1), { $: 1 }, [undefined]])(
    '%s is refused',
    (one) => {
      expect(() => encodeExact(one)).toThrow(TypeError)
    },
  )
})
