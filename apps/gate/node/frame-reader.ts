import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { loadCodeReader, readCode } from '../src/engine/code-reader.ts'
import type { LumaFrame } from './luma-frame.ts'

/** The page's reader of frames, in Node: the same WebAssembly with the same options. */
export async function openFrameReader(): Promise<
  (frame: LumaFrame) => Promise<Uint8Array | undefined>
> {
  const path = fileURLToPath(import.meta.resolve('zxing-wasm/reader/zxing_reader.wasm'))
  const file = await readFile(path)
  await loadCodeReader(new Uint8Array(file).buffer)
  return ({ width, height, luma }) => {
    const data = new Uint8ClampedArray(4 * luma.length)
    luma.forEach((value, i) => {
      data.fill(value, 4 * i, 4 * i + 3)
      data[4 * i + 3] = 255
    })
    return readCode({ data, width, height } as ImageData)
  }
}
