import { readFile } from 'node:fs/promises'
import { UnifareError } from '@unifare/core'
import { EXIT, printJson, printLines } from '../../output.ts'
import { hashOf, type Minutes, minutesText } from './minutes.ts'

/** Checks and shows minutes. Throws `keys.bad-minutes` when they were altered. */
export async function showMinutes(
  file: string,
  { json }: { readonly json?: boolean },
): Promise<number> {
  const minutes = await readMinutes(file)
  if (json === true) printJson(minutes)
  else printLines(...minutesText(minutes))
  return EXIT.ok
}

async function readMinutes(file: string): Promise<Minutes> {
  let minutes: Minutes
  let hash: string
  try {
    minutes = JSON.parse(await readFile(file, 'utf8')) as Minutes
    hash = hashOf(minutes)
  } catch {
    throw new UnifareError('keys.bad-minutes', `${file} cannot be read as minutes`)
  }
  if (minutes.format === 'unifare-key-ceremony' && hash === minutes.hash) return minutes
  throw new UnifareError('keys.bad-minutes', `${file} is not what was written after the ceremony`)
}
