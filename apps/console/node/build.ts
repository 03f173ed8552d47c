import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildPage } from '../../../tools/build-page.ts'

const home = join(dirname(fileURLToPath(import.meta.url)), '..')
const repository = join(home, '../..')

/** The folder of the built console, with absolute path; builds it when a source is newer. */
export function buildConsole(): Promise<string> {
  return buildPage(
    home,
    // Fares and exposure are computed in the page as everywhere.
    [
      'apps/language/src',
      ...['core', 'fares', 'registry', 'ridecode', 'tap'].map((name) => `packages/${name}/src`),
    ].map((path) => join(repository, path)),
  )
}
