import { stat } from 'node:fs/promises'
import { formatYuan, UnifareError } from '@unifare/core'
import { explainCharge, type Tariff, tariffs, type Words } from '@unifare/fares'
import { parseTapId } from '@unifare/tap'
import { askNetwork } from '../../client.ts'
import { EXIT, printJson, printLines } from '../../output.ts'
import type { Trace } from '../../tracing.ts'
import { openTariff, type TariffFiles } from './open-tariff.ts'
import { quote } from './quote.ts'

/**
 * Explains the price of journeys in a file, or of the charge that a tap of the running network
 * led to. Exit code 1 when there is no price.
 */
export async function explain(
  what: string,
  options: {
    readonly tariff?: string
    readonly network?: string
    readonly lang: 'en' | 'zh'
    readonly json?: boolean
    readonly port: number
  },
): Promise<number> {
  const { tariff } = options
  const file = what === '-' || (await stat(what).catch(() => undefined))?.isFile() === true
  if (file) {
    if (tariff !== undefined) return quote(what, { ...options, tariff })
    throw new UnifareError('fares.no-tariff', 'journeys of a file need --tariff')
  }
  parseTapId(what)
  const trace = (await askNetwork(options.port, `/api/trace/${encodeURIComponent(what)}`)) as Trace
  const charge = trace.steps.find(({ step }) => step === 'charge')?.data as Charge | undefined
  if (charge === undefined) {
    const at = trace.steps.find(({ step }) => step === 'operator')?.data as TapState | undefined
    const none = { tap: what, charge: null, state: at?.state ?? null, note: at?.note ?? null }
    if (options.json === true) printJson(none)
    else printLines(uncharged(what, at)[options.lang])
    return EXIT.differences
  }
  const explained = explainCharge(charge, await versionsOf(tariff, options))
  if (options.json === true) printJson({ tap: what, charge, ...explained })
  else printLines(...explained.lines[options.lang], ...corrections(charge, options.lang))
  return EXIT.ok
}

type Charge = Parameters<typeof explainCharge>[0] & {
  readonly corrected?: readonly { readonly charge: string; readonly amountFen: number }[]
}

interface TapState {
  readonly state: string
  readonly note: string
}

/** Why a tap was not charged: what its operator made of it. */
function uncharged(what: string, at: TapState | undefined): Words {
  const why = [at?.state, at?.note].filter((one) => one !== undefined && one !== '').join(', ')
  const told = why === '' ? { zh: '', en: '' } : { zh: `（${why}）`, en: ` (${why})` }
  return { zh: `${what}：没有收费${told.zh}`, en: `${what}: nothing was charged${told.en}` }
}

/** What was asked before, the latest last, and what the correction moves. */
function corrections({ amountFen, corrected = [] }: Charge, lang: keyof Words): string[] {
  return corrected.map(({ charge, amountFen: before }, at) => {
    const after = corrected[at + 1]?.amountFen ?? amountFen
    const move = `${after > before ? '+' : ''}${formatYuan(after - before)}`
    return lang === 'zh'
      ? `更正：${charge} 原收 ${formatYuan(before)} 元，差额 ${move} 元`
      : `corrected: ${charge} had asked ${formatYuan(before)} yuan, difference ${move} yuan`
  })
}

async function versionsOf(
  what: string | undefined,
  files: TariffFiles,
): Promise<readonly Tariff[]> {
  if (what === undefined) return tariffs()
  const opened = await openTariff(what, files)
  return opened.kind === 'tariffs' ? opened.tariffs : []
}
