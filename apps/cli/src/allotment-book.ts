import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { UnifareError } from '@unifare/core'
import { type Allotment, allotments, checkAllotments } from '@unifare/registry'

/**
 * Reads the registrar's book of number blocks; without a file it begins with the demonstration's
 * blocks. Throws `registry.bad-allotment` or `registry.overlap` for a book that is damaged.
 */
export async function readBook(path: string): Promise<readonly Allotment[]> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return allotments()
    throw new UnifareError('registry.bad-allotment', `${path} cannot be read`)
  }
  let book: unknown
  try {
    book = JSON.parse(text)
  } catch (error) {
    throw new UnifareError('registry.bad-allotment', `${path}: ${(error as Error).message}`)
  }
  const whole = (row: unknown) =>
    typeof row === 'object' && row !== null && 'iin' in row && 'issuer' in row && 'source' in row
  if (!Array.isArray(book) || !book.every(whole)) {
    throw new UnifareError('registry.bad-allotment', `${path} is not a list of blocks`)
  }
  checkAllotments(book as Allotment[])
  return book as Allotment[]
}

/** Writes the book so that after a cut it is either old or new. */
export async function writeBook(path: string, book: readonly Allotment[]): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(`${path}.new`, `${JSON.stringify(book, null, 2)}\n`)
  await rename(`${path}.new`, path)
}
