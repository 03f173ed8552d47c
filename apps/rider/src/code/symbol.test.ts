import { describe, expect, it } from 'vitest'
import { codeSymbol, drawSymbol, modulePixels, type Pen, symbolPixels } from './symbol.ts'

const bytes = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 151) % 256)

describe('the symbol of a code', () => {
  it.each([
    ['332 bytes, the smallest code: version 14', 332, 73],
    ['362 bytes, the most of version 14', 362, 73],
    ['364 bytes, with a full custom field: version 15', 364, 77],
  ])('%s', (_, length, size) => {
    expect(codeSymbol(bytes(length)).size).toBe(size)
  })

  it('is byte mode at level M, and says nothing of an alphabet', () => {
    const symbol = codeSymbol(bytes(332))
    // Format bits beside the upper left corner: 00 is M, before the mask 101010000010010.
    const level = [symbol.dark(8, 0), symbol.dark(8, 1)].map((dark, i) => dark !== (i === 0))
    expect(level).toEqual([false, false])
    // The first data bits stand at the lower right: mode 0100 under the mask of the format bits.
    const { size } = symbol
    const mask = ([2, 3, 4] as const).reduce((number, column, i) => {
      const flipped = [true, false, true][i]
      return number * 2 + Number(symbol.dark(8, column) !== flipped)
    }, 0)
    const places = [
      [size - 1, size - 1],
      [size - 1, size - 2],
      [size - 2, size - 1],
      [size - 2, size - 2],
    ] as const
    const mode = places.map(([row, column]) =>
      Number(symbol.dark(row, column) !== masked(mask, row, column)),
    )
    expect(mode).toEqual([0, 1, 0, 0])
  })

  it('is drawn in whole pixels with four modules of white around', () => {
    const symbol = codeSymbol(bytes(332))
    const module = modulePixels(symbol.size, 700)
    expect(module).toBe(8)
    const dark: [number, number][] = []
    const pen: Pen = {
      fillStyle: '',
      fillRect(x, y, width, height) {
        if (this.fillStyle === '#000000') dark.push([x, y])
        if (this.fillStyle === '#000000') expect([width, height]).toEqual([module, module])
      },
    }
    drawSymbol(pen, symbol, module)
    const xs = dark.map(([x]) => x)
    expect([Math.min(...xs), Math.max(...xs)]).toEqual([32, (73 + 3) * 8])
    expect(symbolPixels(symbol.size, module)).toBe(81 * 8)
  })

  it('never gets smaller than a pixel a module', () => {
    expect(modulePixels(73, 10)).toBe(1)
  })
})

/** The eight masks of ISO/IEC 18004. */
function masked(mask: number, i: number, j: number): boolean {
  const terms = [
    (i + j) % 2,
    i % 2,
    j % 3,
    (i + j) % 3,
    (Math.floor(i / 2) + Math.floor(j / 3)) % 2,
    ((i * j) % 2) + ((i * j) % 3),
    (((i * j) % 2) + ((i * j) % 3)) % 2,
    (((i + j) % 2) + ((i * j) % 3)) % 2,
  ]
  return terms[mask] === 0
}
