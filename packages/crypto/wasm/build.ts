import { writeFileSync } from 'node:fs'
import { buildWasm, embeddedWasm } from '../../../tools/build-wasm.ts'
import { generatedSource } from './des-source.ts'

/** Compiles DES from `assembly/` and the generated module. */
export function buildDes(): Promise<Uint8Array> {
  return buildWasm({
    base: import.meta.url,
    entry: 'des',
    options: '--enable simd --initialMemory 4',
    generated: generatedSource,
  })
}

/** The module that embeds the compiled DES. */
export function embedded(binary: Uint8Array): string {
  return embeddedWasm(binary, { constant: 'DES_BYTES', what: 'DES of 128 lanes' })
}

if (import.meta.main) {
  writeFileSync(new URL('des-bytes.ts', import.meta.url), embedded(await buildDes()))
}
