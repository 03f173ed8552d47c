import { UnifareError } from '../src/errors.ts'

/**
 * What the system says of a file that cannot be written, by its own code: a full disk
 * (`storage.full`), a folder `dir` that takes no file (`storage.bad-folder`); whatever else as it is.
 */
export function diskFault(error: unknown, name: string, dir?: string): unknown {
  if (dir !== undefined && hasCode(error, 'EACCES', 'ENOENT', 'EPERM', 'EROFS')) {
    return badFolder(dir, error)
  }
  if (!hasCode(error, 'ENOSPC', 'EDQUOT')) return error
  return new UnifareError('storage.full', `no room on the disk for ${name}`, { cause: error })
}

/** A folder that cannot be used, and what is to be done. */
export function badFolder(dir: string, cause: unknown): UnifareError {
  const text = `${dir} cannot be written (${String(cause)}): name another folder, or mend this one`
  return new UnifareError('storage.bad-folder', text, { cause })
}

/** Whether the system says that something is not there. */
export function isMissing(error: unknown): boolean {
  return hasCode(error, 'ENOENT')
}

function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code))
}
