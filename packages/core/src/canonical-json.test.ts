import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson, parseJson } from './canonical-json.ts'

const json = fc.jsonValue({ maxDepth: 4 })
const { exact } = fc.letrec<{ exact: unknown }>((tie) => ({
  exact: fc.oneof(
    { depthSize: 'small' },
    fc.oneof(fc.maxSafeInteger(), fc.boolean(), fc.constant(null), fc.string({ unit: 'grapheme' })),
    fc.array(tie('exact')),
    fc.dictionary(fc.string(), tie('exact'), { noNullPrototype: true }),
  ),
}))

/** The same value with the keys of every object inserted in the opposite order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).map(([key, item]) => [key, reversed(item)] as const)
  return Object.fromEntries(members.reverse())
}

describe('canonicalJson', () => {
  it('sorts the keys of the example of RFC 8785 3.2.3 (by UTF-16 code units)', () => {
    const text = canonicalJson({
      '\u20ac': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew Letter Dalet With Dagesh',
      '1': 'One',
      '\ud83d\ude00': 'Emoji: Grinning Face',
      '\u0080': 'Control',
      '\u00f6': 'Latin Small Letter O With Diaeresis',
    })
    expect([...text.matchAll(/:"([^"]+)"/g)].map((match) => match[1])).toEqual([
      'Carriage Return',
      'One',
      'Control',
      'Latin Small Letter O With Diaeresis',
      'Euro Sign',
      'Emoji: Grinning Face',
      'Hebrew Letter Dalet With Dagesh',
    ])
  })

  it('prints no blanks and sorts at every depth', () => {
    expect(canonicalJson({ b: [1, { z: null, a: true }], a: '元\n' })).toBe(
      '{"a":"元\\n","b":[1,{"a":true,"z":null}]}',
    )
    expect(canonicalJson(-0)).toBe('0')
  })

  it.each([
    [1.5, '$'],
    [{ a: [1, 2 ** 53] }, '$.a[1]'],
    [{ a: undefined }, '$.a'],
    [[undefined], '$[0]'],
    [Array(1), '$[0]'],
    [Number.NaN, '$'],
    [10n, '$'],
    [new Date(0), '$'],
    [new Uint8Array(1), '$'],
    ['\ud800', '$'],
  ])('refuses %o and names the path', (value, path) => {
    expect(() => canonicalJson(value)).toThrow(
      expect.objectContaining({ code: 'json.not-canonical', details: { path } }),
    )
  })

  it('does not depend on the order of keys, and reads back as the same value', () => {
    fc.assert(
      fc.property(exact, (value) => {
        const text = canonicalJson(value)
        expect(canonicalJson(reversed(value))).toBe(text)
        expect(canonicalJson(parseJson(text))).toBe(text)
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })
})

describe('parseJson', () => {
  it('agrees with JSON.parse on every valid text', () => {
    fc.assert(
      fc.property(exact, fc.nat(4), (value, indent) => {
        const text = JSON.stringify(value, null, indent)
        expect(parseJson(text)).toEqual(JSON.parse(text))
      }),
    )
    expect(parseJson(' [1.5, -2e-3, 1E2, -0] ')).toEqual([1.5, -0.002, 100, -0])
  })

  it('refuses what JSON.parse refuses', () => {
    fc.assert(
      fc.property(json, fc.nat(), fc.string({ maxLength: 1 }), (value, at, inserted) => {
        const text = JSON.stringify(value)
        const broken =
          text.slice(0, at % (text.length + 1)) +
          inserted +
          text.slice((at % (text.length + 1)) + 1)
        let valid = true
        try {
          JSON.parse(broken)
        } catch {
          valid = false
        }
        if (!valid)
          expect(() => parseJson(broken)).toThrow(expect.objectContaining({ code: 'json.bad' }))
      }),
    )
  })

  it.each([
    ['', 0],
    ['{"a":1,"a":2}', 7],
    ['[1,]', 3],
    ['{"a" 1}', 5],
    ['[9007199254740992]', 1],
    ['[1] x', 4],
    ['"\u0001"', 0],
    ['01', 1],
    ['\ufeff1', 0],
  ])('refuses %j with the position', (text, position) => {
    expect(() => parseJson(text)).toThrow(
      expect.objectContaining({
        code: 'json.bad',
        details: expect.objectContaining({ position }) as object,
      }),
    )
  })

  it('counts lines and columns from one', () => {
    expect(() => parseJson('{\n  "a": tru\n}')).toThrow('line 2, column 8')
  })

  it('refuses bottomless nesting instead of exhausting the stack', () => {
    expect(() => parseJson('['.repeat(100_000))).toThrow('nested too deeply')
  })

  it('takes __proto__ for a key like any other', () => {
    const value = parseJson('{"__proto__":{"a":1}}')
    expect(Object.keys(value as object)).toEqual(['__proto__'])
    expect((value as { a?: number }).a).toBeUndefined()
  })
})
