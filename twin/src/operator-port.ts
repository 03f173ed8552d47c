import { toHex } from '@unifare/core'
import { askThroughCentre, type Operator, openTill } from '@unifare/operator'
import type { Ground } from './parties.ts'
import type { OperatorPort } from './ports.ts'

const NONCE_BYTES = 8

/** An operator with its service point, as the driver sees them. */
export function operatorPort(
  ground: Pick<Ground, 'plan' | 'envOf'>,
  operator: Operator,
): OperatorPort {
  const { clock, random } = ground.envOf(operator.id)
  const ask = askThroughCentre(operator, {
    centre: ground.plan.centre.id,
    attempt: () => toHex(random.bytes(NONCE_BYTES)),
  })
  const till = openTill(operator, {
    ask,
    terminal: `4131${operator.id}`,
    keyIndex: 1,
    now: () => clock.now(),
  })
  return {
    ...operator,
    async load(card, amountFen) {
      const result = await till.load(card, amountFen)
      return result.ok ? { ok: true } : { ok: false, code: result.code }
    },
  }
}
