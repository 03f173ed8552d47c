import {
  DEMONSTRATION_RESERVE,
  DEMONSTRATION_TOP_UP_FEN,
  type WindowSummary,
} from '@unifare/centre'
import type { Day } from '@unifare/core'
import type { Plan } from './plan.ts'
import type { Ports } from './ports.ts'

interface Settled {
  readonly plan: Plan
  readonly ports: Ports
}

/** Opens every member's reserve account at the centre and puts the demonstration's money in. */
export async function fundReserves({ plan, ports }: Settled): Promise<void> {
  const members = new Set([
    ...plan.issuers.map(({ id }) => id),
    ...plan.operators.map(({ institution }) => institution.id),
  ])
  for (const member of [...members].sort()) {
    await ports.centre.command({ do: 'set-reserve', member, ...DEMONSTRATION_RESERVE })
    const money = { amountFen: DEMONSTRATION_TOP_UP_FEN, reference: 'opening' }
    await ports.centre.command({ do: 'top-up-reserve', member, ...money })
  }
}

/**
 * Settles the window of a closed day: closed by the clock, paid by the simulated bank, which books
 * on the value date as a real one would, and says so at once.
 */
export async function settleWindow({ ports }: Settled, day: Day): Promise<WindowSummary> {
  const clock = { role: 'clock', by: 'clock' }
  const move = (order: object) => ports.centre.command({ day, ...order }) as Promise<WindowSummary>
  await move({ do: 'close-window', ...clock })
  const { valueDate } = await move({ do: 'instruct-window', ...clock })
  const bank = { role: 'bank', by: 'simulated settlement bank', bookedOn: valueDate }
  return move({ do: 'confirm-window', ...bank })
}
