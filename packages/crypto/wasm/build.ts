import { readFileSync, writeFileSync } from 'node:fs'
import { createMemoryStream, main } from 'assemblyscript/asc'
import { generatedSource } from './des-source.ts'

const OUTPUT = new URL('des-bytes.ts', import.meta.url)

/** No runtime and no checks of it: the sources manage their memory themselves. */
const ARGUMENTS =
  'des.ts --outFile des.wasm --enable simd --runtime stub --noAssert --use abort= --optimizeLevel 3 --shrinkLevel 0 --converge --initialMemory 4'.split(
    ' ',
  )

/** Characters in a line of the output. */
const LINE = 96

/** Compiles DES from `assembly/` and the generated module: the same sources give the same bytes. */
export async function buildDes(): Promise<Uint8Array> {
  let binary: Uint8Array | undefined
  const complaints = createMemoryStream()
  const { error } = await main(ARGUMENTS, {
    readFile: (name) => sourceOf(name),
    writeFile(name, contents) {
      if (name.endsWith('.wasm') && typeof contents !== 'string') binary = contents
    },
    listFiles: () => [],
    stderr: complaints,
  })
  if (error || !binary) throw new Error(`DES does not compile: ${complaints.toString()}`)
  return binary
}

/** The module that embeds a binary: a browser loads it without a request of its own. */
export function embedded(binary: Uint8Array): string {
  const text = Buffer.from(binary).toString('base64')
  const lines = text.match(new RegExp(`.{1,${LINE}}`, 'g')) ?? []
  return [
    '/** DES of 128 lanes, WebAssembly in base64: made by `npm run wasm`, not by hand. */',
    'export const DES_BYTES =',
    lines.map((line) => `  '${line}'`).join(' +\n'),
    '',
  ].join('\n')
}

function sourceOf(name: string): string | null {
  if (name === 'generated.ts') return generatedSource()
  try {
    return readFileSync(
      new URL(`assembly/${name.replace(/\.ts$/, '.as')}`, import.meta.url),
      'utf8',
    )
  } catch {
    return null
  }
}

if (import.meta.main) writeFileSync(OUTPUT, embedded(await buildDes()))
