import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { csvReader, readCsv } from './csv.ts'

const cells = (text: string) => readCsv(text).map((row) => row.cells)

describe('CSV', () => {
  test('quotes, doubled quotes, commas and line breaks inside them, CRLF, byte order mark', () => {
    expect(cells('\uFEFFa,b\r\n"x, ""y""",\r\n\r\n"two\nlines",z')).toEqual([
      ['a', 'b'],
      ['x, "y"', ''],
      ['two\nlines', 'z'],
    ])
  })

  test('every row names the line it begins on', () => {
    expect(readCsv('a\n"1\n2"\n\nb\n').map(({ line }) => line)).toEqual([1, 2, 5])
  })

  test('gives the same rows however the text is cut', () => {
    const letters = fc.array(fc.constantFrom('a', '"', ',', '\n', '\r\n', ' ', '1'), {
      maxLength: 40,
    })
    fc.assert(
      fc.property(letters, fc.nat(40), fc.nat(40), (parts, one, two) => {
        const text = parts.join('')
        const [first, second] = [Math.min(one, two), Math.max(one, two)]
        const reader = csvReader()
        const pieces = [text.slice(0, first), text.slice(first, second), text.slice(second)]
        const rows = [...pieces.flatMap((piece) => reader.push(piece)), ...reader.end()]
        expect(rows).toEqual(readCsv(text))
      }),
    )
  })

  test('reads back what was written', () => {
    const table = fc.array(fc.array(fc.string(), { minLength: 2, maxLength: 4 }), { minLength: 1 })
    fc.assert(
      fc.property(table, (rows) => {
        const text = rows
          .map((row) => row.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(','))
          .join('\n')
        expect(cells(text)).toEqual(rows)
      }),
    )
  })
})
