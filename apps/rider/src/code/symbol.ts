import { create } from 'qrcode'

/** Modules of white around the symbol, as ISO/IEC 18004 asks for. */
const QUIET = 4

/** The modules of a symbol, row by row; true is dark. */
export interface CodeSymbol {
  readonly size: number
  readonly dark: (row: number, column: number) => boolean
}

/** A code's bytes as a QR symbol: byte mode without ECI, level M, as validators expect it (reference ridecode 5.1). */
export function codeSymbol(code: Uint8Array): CodeSymbol {
  const { modules } = create([{ data: code, mode: 'byte' }], { errorCorrectionLevel: 'M' })
  return { size: modules.size, dark: (row, column) => modules.get(row, column) === 1 }
}

/** The part of a canvas's context that a symbol is drawn with. */
export type Pen = Pick<CanvasRenderingContext2D, 'fillStyle' | 'fillRect'>

/** Device pixels of one module, whole, so that no edge is grey. */
export function modulePixels(size: number, pixels: number): number {
  return Math.max(1, Math.floor(pixels / (size + 2 * QUIET)))
}

/** Width of the drawn symbol with its white margin, in device pixels. */
export function symbolPixels(size: number, module: number): number {
  return (size + 2 * QUIET) * module
}

/** Draws a symbol black on white. */
export function drawSymbol(pen: Pen, symbol: CodeSymbol, module: number): void {
  const whole = symbolPixels(symbol.size, module)
  pen.fillStyle = '#ffffff'
  pen.fillRect(0, 0, whole, whole)
  pen.fillStyle = '#000000'
  for (let row = 0; row < symbol.size; row += 1) {
    for (let column = 0; column < symbol.size; column += 1) {
      if (!symbol.dark(row, column)) continue
      pen.fillRect((column + QUIET) * module, (row + QUIET) * module, module, module)
    }
  }
}
