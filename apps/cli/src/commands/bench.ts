import {
  benchCard,
  benchClearing,
  benchCode,
  benchFares,
  benchFiles,
  benchFrames,
  benchGate,
  describeCard,
  describeClearing,
  describeCode,
  describeFares,
  describeFiles,
  describeFrames,
  describeGate,
} from '@unifare/bench'
import { UnifareError } from '@unifare/core'
import { EXIT, printJson, printLines, tell } from '../output.ts'

interface BenchOptions {
  readonly taps: number
  readonly samples?: number
  readonly riders?: number
  readonly json?: boolean
}

/** What can be measured. Exit code 1 when a measurement found what it must not find. */
const SUBJECTS = {
  async card({ samples, json }) {
    const report = await benchCard({ ...(samples !== undefined && { samples }), tell })
    print(report, describeCard(report), json)
    return EXIT.ok
  },
  async clearing({ taps, json }) {
    const report = await benchClearing({ taps, tell })
    print(report, describeClearing(report), json)
    return report.faults.exact ? EXIT.ok : EXIT.differences
  },
  async code({ riders, json }) {
    const report = await benchCode({ ...(riders !== undefined && { riders }), tell })
    print(report, describeCode(report), json)
    return EXIT.ok
  },
  async fares({ json }) {
    const report = await benchFares({ tell })
    print(report, describeFares(report), json)
    return EXIT.ok
  },
  async files({ json }) {
    const report = benchFiles({ tell })
    print(report, describeFiles(report), json)
    return EXIT.ok
  },
  async frames({ json }) {
    const report = await benchFrames({ tell })
    print(report, describeFrames(report), json)
    return report.rates.some(({ wrong }) => wrong > 0) ? EXIT.differences : EXIT.ok
  },
  async gate({ json }) {
    const report = await benchGate({ tell })
    print(report, describeGate(report), json)
    return EXIT.ok
  },
  async pages({ json }) {
    // Browsers are heavy: only who measures them loads their driver.
    const { benchPages, describePages } = await import('../pages-trial/pages-bench.ts')
    const report = await benchPages({ tell })
    print(report, describePages(report), json)
    return EXIT.ok
  },
} as const satisfies Record<string, (options: BenchOptions) => Promise<number>>

/** Measures a subject and prints its report. */
export async function bench(subject: string, options: BenchOptions): Promise<number> {
  if (!isSubject(subject)) {
    throw new UnifareError(
      'bench.unknown-subject',
      `nothing named "${subject}" is measured; there is: ${Object.keys(SUBJECTS).join(', ')}`,
    )
  }
  return SUBJECTS[subject](options)
}

function isSubject(name: string): name is keyof typeof SUBJECTS {
  return Object.hasOwn(SUBJECTS, name)
}

function print(report: object, lines: readonly string[], json = false): void {
  if (json) printJson(report)
  else printLines(...lines)
}
