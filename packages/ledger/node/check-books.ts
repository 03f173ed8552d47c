import { spawn } from 'node:child_process'
import { UnifareError } from '@unifare/core'
import type { BooksFormat } from '../src/export/dialects.ts'

/** How each program checks a file: it ends with 0 when it accepts the books. */
const CHECKS = {
  hledger: { program: 'hledger', args: (file) => ['check', '--strict', '-f', file] },
  ledger: { program: 'ledger', args: (file) => ['--strict', '--no-pager', '-f', file, 'balance'] },
  beancount: { program: 'bean-check', args: (file) => ['--no-cache', file] },
} as const satisfies Record<
  BooksFormat,
  { readonly program: string; readonly args: (file: string) => readonly string[] }
>

/** What an accounting program said of a file of books. */
export interface BooksVerdict {
  readonly program: string
  readonly accepted: boolean
  /** What it printed, where it refused. */
  readonly said: string
}

/**
 * Lets the program of a dialect check a file of books. Throws `ledger.no-program` when it is not
 * installed (Debian packages `hledger`, `ledger`, `beancount`).
 */
export async function checkBooks(format: BooksFormat, file: string): Promise<BooksVerdict> {
  const { program, args } = CHECKS[format]
  const { code, said } = await runProgram(program, args(file))
  return { program, accepted: code === 0, said: code === 0 ? '' : said }
}

function runProgram(
  program: string,
  args: readonly string[],
): Promise<{ readonly code: number | null; readonly said: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    const parts: Buffer[] = []
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (part: Buffer) => parts.push(part))
    }
    child.on('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'ENOENT'
          ? new UnifareError('ledger.no-program', `${program} is not installed on this machine`)
          : error,
      ),
    )
    child.on('close', (code) => resolve({ code, said: Buffer.concat(parts).toString('utf8') }))
  })
}
