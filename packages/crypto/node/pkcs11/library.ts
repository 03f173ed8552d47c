import { existsSync } from 'node:fs'
import { UnifareError } from '@unifare/core'

/** Where Debian, its relatives and macOS put SoftHSM 2. */
const USUAL_PATHS = [
  '/usr/lib/softhsm/libsofthsm2.so',
  '/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so',
  '/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so',
  '/usr/lib64/softhsm/libsofthsm.so',
  '/usr/local/lib/softhsm/libsofthsm2.so',
  '/opt/homebrew/lib/softhsm/libsofthsm2.so',
] as const

/**
 * Path of the PKCS#11 library: the one given, or SoftHSM where it usually lies. Throws
 * `key.hsm-no-library`.
 */
export function findLibrary(given?: string): string {
  const found = given ?? USUAL_PATHS.find((path) => existsSync(path))
  if (found !== undefined && existsSync(found)) return found
  throw new UnifareError(
    'key.hsm-no-library',
    given === undefined
      ? 'no PKCS#11 library in the usual places: install softhsm2, or name the library'
      : `no PKCS#11 library ${given}`,
  )
}
