import { readFileSync } from 'node:fs'
import { createMemoryStream, main } from 'assemblyscript/asc'

/** Characters in a line of an embedded module. */
const LINE = 96
/** No runtime and no checks of it: the sources manage their memory themselves. */
const PLAIN = '--runtime stub --noAssert --use abort= --optimizeLevel 3 --shrinkLevel 0 --converge'

/** A WebAssembly module of a package, compiled from AssemblyScript. */
export interface WasmSource {
  /** Folder of the package's `wasm/`; sources are `assembly/<name>.as` in it. */
  readonly base: string
  /** Entry source, without its ending. */
  readonly entry: string
  /** Further options of the compiler. */
  readonly options: string
  /** Source that a script makes, imported as `./generated`. */
  readonly generated: () => string
}

/**
 * Compiles a module. The compiler's version is pinned by the lock file, and the same sources give
 * the same bytes.
 */
export async function buildWasm(source: WasmSource): Promise<Uint8Array> {
  const { base, entry, options, generated } = source
  let binary: Uint8Array | undefined
  const complaints = createMemoryStream()
  const words = `${entry}.ts --outFile ${entry}.wasm ${PLAIN} ${options}`.split(' ')
  const { error } = await main(words, {
    readFile: (name) =>
      name === 'generated.ts'
        ? generated()
        : textOf(new URL(`assembly/${name.replace(/\.ts$/, '.as')}`, base)),
    writeFile(name, contents) {
      if (name.endsWith('.wasm') && typeof contents !== 'string') binary = contents
    },
    listFiles: () => [],
    stderr: complaints,
  })
  if (error || !binary) throw new Error(`${entry} does not compile: ${complaints.toString()}`)
  return binary
}

/** The module that embeds a binary: a browser loads it without a request of its own. */
export function embeddedWasm(
  binary: Uint8Array,
  { constant, what }: { readonly constant: string; readonly what: string },
): string {
  const text = Buffer.from(binary).toString('base64')
  const lines = text.match(new RegExp(`.{1,${LINE}}`, 'g')) ?? []
  return [
    `/** ${what}, WebAssembly in base64: made by \`npm run wasm\`, not by hand. */`,
    `export const ${constant} =`,
    lines.map((line) => `  '${line}'`).join(' +\n'),
    '',
  ].join('\n')
}

function textOf(file: URL): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}
