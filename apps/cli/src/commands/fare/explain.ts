import { stat } from 'node:fs/promises'
import { UnifareError } from '@unifare/core'
import { explainCharge, type Tariff, tariffs } from '@unifare/fares'
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
    const none = { tap: what, charge: null }
    if (options.json === true) printJson(none)
    else printLines(options.lang === 'zh' ? `${what}：没有收费` : `${what}: nothing was charged`)
    return EXIT.differences
  }
  const explained = explainCharge(charge, await versionsOf(tariff, options))
  if (options.json === true) printJson({ tap: what, charge, ...explained })
  else printLines(...explained.lines[options.lang])
  return EXIT.ok
}

type Charge = Parameters<typeof explainCharge>[0]

async function versionsOf(
  what: string | undefined,
  files: TariffFiles,
): Promise<readonly Tariff[]> {
  if (what === undefined) return tariffs()
  const opened = await openTariff(what, files)
  return opened.kind === 'tariffs' ? opened.tariffs : []
}
