import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { parseDay, UnifareError } from '@unifare/core'
import { EXIT, printJson, printLines } from '../../output.ts'
import { askParty } from '../../readings/ask-party.ts'
import type { BankFile } from '../../readings/differences.ts'
import { describe } from './found.ts'

interface ReconcileOptions {
  readonly data: string
  readonly day?: string
  readonly bank?: string
  readonly party?: string
  readonly lang: 'en' | 'zh'
  readonly json?: boolean
}

/**
 * Compares what a network has closed, and prints every difference; exit code 1 when there is one.
 * It reads only: the centre itself opens and closes its items (order `reconcile`).
 */
export async function reconcile(options: ReconcileOptions): Promise<number> {
  const { data, day, party, lang } = options
  if (day !== undefined) parseDay(day)
  const bank = options.bank === undefined ? undefined : await readBank(options.bank)
  const question = { ...(day !== undefined && { day }), ...(bank && { bank }) }
  const told = await askParty('differences', question, { data, party })
  if (options.json === true) printJson(told)
  else printLines(...describe(told.differences, told.day, lang))
  return told.differences.length === 0 ? EXIT.ok : EXIT.differences
}

async function readBank(file: string): Promise<BankFile> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UnifareError('bank.bad-statement', `${file} cannot be read (${error.code})`)
  })
  return { name: basename(file), text }
}
