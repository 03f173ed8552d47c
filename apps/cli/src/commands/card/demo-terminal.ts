import { createPsam, openPsam, type Psam, type PsamReader } from '@unifare/card'
import type { KeyRing } from './key-ring.ts'
import type { CardChoice } from './open-card.ts'
import { traced } from './open-card.ts'
import { refused } from './refusal.ts'

/** The terminal of these commands: its PSAM number, ours, outside those of the network. */
export const DEMO_TERMINAL = '413199000001'

/** The PSAM that stands beside a served card: another terminal, with serials of its own. */
export const SERVED_TERMINAL = '413199000002'

/** A terminal with its PSAM opened. */
export interface DemoTerminal {
  readonly chip: Psam
  readonly psam: PsamReader
}

/** A PSAM with every purchase and maintenance key of the ring, at the serial that comes next. */
export function demoPsam(
  ring: KeyRing,
  options: { readonly institution: string; readonly serial: number; readonly terminal: string },
): Psam {
  const masters = (['3des', 'sm4'] as const).flatMap((name) => ring.find('mot', name) ?? [])
  return createPsam({
    terminal: options.terminal,
    issuer: options.institution,
    keyStore: ring.store,
    purchaseKeys: masters.map(({ purchase }) => purchase),
    maintenanceKeys: masters.map(({ maintenance }) => maintenance),
    serial: options.serial,
  })
}

/** Opens a terminal as a reader does: PSAM selected, its number and key index read. */
export async function openTerminal(
  ring: KeyRing,
  options: { readonly institution: string; readonly serial: number; readonly choice: CardChoice },
): Promise<DemoTerminal> {
  const chip = demoPsam(ring, { ...options, terminal: DEMO_TERMINAL })
  const opened = await openPsam(traced(chip, 'psam', options.choice))
  if (!opened.ok) throw refused(opened)
  return { chip, psam: opened.psam }
}
