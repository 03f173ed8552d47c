import { benchClearing, describeClearing } from '@unifare/bench'
import { UnifareError } from '@unifare/core'
import { EXIT, printJson, printLines, tell } from '../output.ts'

const SUBJECTS = ['clearing'] as const

/** Measures a subject and prints its report; exit code 1 when the injected faults were not found. */
export async function bench(
  subject: string,
  options: { readonly taps: number; readonly json?: boolean },
): Promise<number> {
  if (subject !== 'clearing') {
    throw new UnifareError(
      'bench.unknown-subject',
      `nothing named "${subject}" is measured; there is: ${SUBJECTS.join(', ')}`,
    )
  }
  const report = await benchClearing({ taps: options.taps, tell })
  if (options.json === true) printJson(report)
  else printLines(...describeClearing(report))
  return report.faults.exact ? EXIT.ok : EXIT.differences
}
