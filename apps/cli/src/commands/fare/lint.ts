import { UnifareError } from '@unifare/core'
import { faultText, lintTariff, lintVersions } from '@unifare/fares'
import { EXIT, printJson, printLines } from '../../output.ts'
import { lintMatrix, type MatrixPlaces } from './lint-matrix.ts'
import { openTariff, type TariffFiles } from './open-tariff.ts'

/** A finding of lint, or a fault for which the file cannot be read, in one shape. */
interface Told {
  /** Id of the tariff, file of a feed; empty for the whole. */
  readonly tariff: string
  readonly rule: string
  readonly level: 'error' | 'warning' | 'notice'
  readonly path: string
  readonly line?: number
  readonly column?: number | string
  readonly textZh: string
  readonly textEn: string
}

/** Prints what a tariff's reader should look at; exit code 1 when it is more than a notice. */
export async function lint(
  what: string,
  options: TariffFiles & MatrixPlaces & { readonly lang: 'en' | 'zh'; readonly json?: boolean },
): Promise<number> {
  const findings = await findingsOf(what, options)
  const grave = findings.filter(({ level }) => level !== 'notice')
  if (options.json === true) printJson({ ok: grave.length === 0, findings })
  else {
    const none = options.lang === 'zh' ? '没有发现问题' : 'nothing found'
    printLines(
      ...findings.map((one) => lineOf(one, options.lang)),
      findings.length === 0 ? `${what}: ${none}` : `${what}: ${grave.length} / ${findings.length}`,
    )
  }
  return grave.length === 0 ? EXIT.ok : EXIT.differences
}

async function findingsOf(
  what: string,
  files: TariffFiles & MatrixPlaces,
): Promise<readonly Told[]> {
  try {
    if (what.endsWith('.csv')) {
      return (await lintMatrix(what, files)).map(({ column, ...one }) => ({
        tariff: column,
        ...one,
      }))
    }
    const opened = await openTariff(what, files)
    if (opened.kind === 'feed') {
      return opened.feed.notices.map(({ file, line, column, rule, level, message }) => ({
        tariff: file,
        rule,
        level,
        path: '',
        line,
        column,
        ...faultText({ rule, message }),
      }))
    }
    const { tariffs, networks } = opened
    return [
      ...tariffs.flatMap((tariff) =>
        lintTariff(
          tariff,
          networks.find(({ id }) => id === tariff.network),
        ).map((one) => ({ tariff: tariff.id, ...one })),
      ),
      ...lintVersions(tariffs).map((one) => ({ tariff: '', ...one })),
    ]
  } catch (error) {
    const faults = error instanceof UnifareError ? error.details['faults'] : undefined
    if (!Array.isArray(faults)) throw error
    return (faults as Fault[]).map(({ rule, message, path = '', file = '', line, column }) => ({
      tariff: file,
      rule,
      level: 'error' as const,
      path,
      ...(line === undefined ? {} : { line }),
      ...(column === undefined ? {} : { column }),
      ...faultText({ rule, message }),
    }))
  }
}

interface Fault {
  readonly rule: string
  readonly message: string
  readonly path?: string
  readonly file?: string
  readonly line?: number
  readonly column?: number | string
}

const LEVELS = {
  error: { en: 'error  ', zh: '错误' },
  warning: { en: 'warning', zh: '警告' },
  notice: { en: 'notice ', zh: '提示' },
} as const satisfies Record<Told['level'], { en: string; zh: string }>

function lineOf(one: Told, lang: 'en' | 'zh'): string {
  const { level, tariff, line, column, path, rule, textZh, textEn } = one
  const place = [tariff, line === undefined ? '' : `${line}:${column ?? ''}`, path]
  const at = place.filter((part) => part !== '').join(' ')
  return `${LEVELS[level][lang]}  ${at}  ${rule}  ${lang === 'zh' ? textZh : textEn}`
}
