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

/** Loads the reader from an address of this origin. */
export async function loadCodeReader(wasmUrl: string): Promise<void> {
  await prepareZXingModule({
    overrides: { locateFile: () => wasmUrl },
    fireImmediately: true,
  })
}

/** The bytes of the QR symbol in a frame; undefined when none can be read. */
export async function readCode(frame: ImageData): Promise<Uint8Array | undefined> {
  const [symbol] = await readBarcodes(frame, OPTIONS)
  return symbol?.isValid === true ? symbol.bytes : undefined
}
