import { UnifareError } from '@unifare/core'
import { EXIT, printJson, printLines } from '../../output.ts'
import { openTariff, type TariffFiles } from './open-tariff.ts'

interface Told {
  readonly file?: string
  readonly line?: number
  readonly column?: number | string
  readonly path?: string
  readonly rule: string
  readonly message: string
}

/** Prints every fault of a tariff or feed; exit code 1 when there is one. */
export async function check(
  what: string,
  options: { readonly key?: string; readonly json?: boolean },
): Promise<number> {
  const { faults, notices } = await findings(what, options)
  if (options.json === true) printJson({ ok: faults.length === 0, faults, notices })
  else {
    printLines(
      ...faults.map((fault) => `fault   ${told(fault)}`),
      ...notices.map((notice) => `notice  ${told(notice)}`),
      faults.length === 0 ? `${what}: no faults` : `${what}: ${faults.length} faults`,
    )
  }
  return faults.length === 0 ? EXIT.ok : EXIT.differences
}

async function findings(
  what: string,
  options: TariffFiles,
): Promise<{ readonly faults: readonly Told[]; readonly notices: readonly Told[] }> {
  try {
    const opened = await openTariff(what, options)
    return { faults: [], notices: opened.kind === 'feed' ? opened.feed.notices : [] }
  } catch (error) {
    const faults = error instanceof UnifareError ? error.details['faults'] : undefined
    if (!Array.isArray(faults)) throw error
    return { faults: faults as Told[], notices: [] }
  }
}

function told({ file = '', line, column, path = '', rule, message }: Told): string {
  const place = [file, line === undefined ? '' : `${line}:${column ?? ''}`, path]
  return `${place.filter((part) => part !== '').join(' ')} ${rule}: ${message}`
}
