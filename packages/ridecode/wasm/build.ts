import { writeFileSync } from 'node:fs'
import { buildWasm, embeddedWasm } from '../../../tools/build-wasm.ts'
import { generatedSource } from './field-source.ts'

/** Compiles the verifier from `assembly/` and the generated module. */
export function buildVerifier(): Promise<Uint8Array> {
  return buildWasm({
    base: import.meta.url,
    entry: 'verify',
    options: '--initialMemory 8',
    generated: generatedSource,
  })
}

/** The module that embeds the compiled verifier. */
export function embedded(binary: Uint8Array): string {
  return embeddedWasm(binary, { constant: 'VERIFIER_BYTES', what: 'The compiled verifier' })
}

if (import.meta.main) {
  writeFileSync(new URL('verifier-bytes.ts', import.meta.url), embedded(await buildVerifier()))
}
