import { requireData, type Tx } from '@unifare/core'
import { hasGate, parseTap, parseTapId, type Tap, type TripNotice } from '@unifare/tap'
import { taps } from '../tables.ts'
import { tellAgain } from './tell-again.ts'

/** What an operator answers to a rider who says that the gate did not open. */
export type ClaimAnswer = 'void' | 'passed' | 'charged' | 'already-void'

/** The answer to the issuer, and the new word about the trip, when there is one. */
export interface TakenClaim {
  readonly answer: ClaimAnswer
  readonly notice: TripNotice | undefined
}

/**
 * Takes in from an issuer that a rider says the gate did not open (闸门未开). An entry that no sensor
 * confirmed is void at once: pending never bills. Where the sensor saw the rider pass, where there
 * is no gate whose sensor could (the ride counts with the "go"), or a charge was made, the word is
 * kept beside the trip and told back; staff decides. Idempotent.
 */
export async function takeGateClaim(
  tx: Tx,
  order: Readonly<Record<string, unknown>>,
  issuer: string,
): Promise<TakenClaim> {
  const journey = parseTapId(String(order['journey'])).id
  const dash = journey.lastIndexOf('-')
  const key = { terminal: journey.slice(0, dash), sequence: Number(journey.slice(dash + 1)) }
  const [row] = await tx.get(taps, [key])
  const owner = `/${issuer}/${String(order['account'])}`
  requireData(
    row?.rider.endsWith(owner) === true,
    'operator.no-trip',
    `no trip ${journey} of this account`,
  )
  if (row.state === 'void') return { answer: 'already-void', notice: undefined }
  if (row.state === 'open' && row.note !== 'passed' && opensGate(parseTap(row.raw))) {
    await tx.put(taps, [{ ...row, state: 'void', note: 'gate.not-opened' }])
    const notice = { state: 'void', reason: 'gate.not-opened' } as const
    return { answer: 'void', notice: await tellAgain(tx, journey, notice) }
  }
  const answer = row.note === 'passed' ? 'passed' : 'charged'
  const reason = `gate.claim-${answer}`
  return { answer, notice: await tellAgain(tx, journey, { reason }, reason) }
}

function opensGate({ kind, mode }: Tap): boolean {
  return kind === 'entry' && hasGate(mode)
}
