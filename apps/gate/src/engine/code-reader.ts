import { prepareZXingModule, type ReaderOptions, readBarcodes } from 'zxing-wasm/reader'

/** One upright QR symbol in a fresh frame: everything slower waits for the next frame. */
const OPTIONS: ReaderOptions = {
  formats: ['QRCode'],
  tryHarder: false,
  tryRotate: false,
  tryInvert: false,
  tryDownscale: false,
  maxNumberOfSymbols: 1,
}

/** Loads the reader, from an address of this origin or from its bytes. */
export async function loadCodeReader(wasm: string | ArrayBuffer): Promise<void> {
  const overrides = typeof wasm === 'string' ? { locateFile: () => wasm } : { wasmBinary: wasm }
  await prepareZXingModule({ overrides, fireImmediately: true })
}

/** The bytes of the QR symbol in a frame; undefined when none can be read. */
export async function readCode(
  frame: Pick<ImageData, 'data' | 'width' | 'height'>,
): Promise<Uint8Array | undefined> {
  const [symbol] = await readBarcodes(frame as ImageData, OPTIONS)
  return symbol?.isValid === true ? symbol.bytes : undefined
}
