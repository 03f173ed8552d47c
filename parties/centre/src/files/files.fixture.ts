import { canonicalJson, UnifareError, utf8 } from '@unifare/core'
import type { Tap } from '@unifare/tap'
import { uploadLineOf, writeFile, writeFileName } from '@unifare/tunion'
import { openTestCentre } from '../centre.fixture.ts'
import type { CentreOptions } from '../centre.ts'
import { CENTRE, cardTap, DAY, ISSUER, OPERATOR } from '../clearing.fixture.ts'
import { fileOrders } from './file-order.ts'
import type { FileAnswer } from './take-file.ts'

/** A terminal that does not speak our wire. */
export const FOREIGN_TERMINAL = '400000000777'

/** A debit at such a terminal, with codes that verify. */
export const ride = (sequence: number, changes: Partial<Tap> = {}) =>
  cardTap({ sequence, terminal: FOREIGN_TERMINAL, ...changes })

/** Name of an upload of the test's operator. */
export const nameOf = (sequence: number, institution: string = OPERATOR) =>
  writeFileName({ kind: 'UP', day: DAY, role: 'acquirer', institution, sequence })

/** An upload file of debits. */
export function uploadOf(rides: readonly Tap[], denyVersion = 0): Uint8Array {
  const lines = rides.map((tap) => {
    const made = uploadLineOf(tap, denyVersion)
    if (!made.ok) throw new Error(`${made.code} ${made.field}`)
    return made.line
  })
  return writeFile('UP', { day: DAY, receiver: CENTRE }, lines)
}

/** A centre whose operator and issuer ask for result files, and a way to send files to it. */
export async function openFileCentre(
  options: Pick<CentreOptions, 'cardPrefixes' | 'fileRecordsMax'> = {},
) {
  const network = await openTestCentre({
    ...options,
    fileMembers: [
      { id: OPERATOR, roles: ['acquirer'] },
      { id: ISSUER, roles: ['issuer'] },
    ],
  })
  const send = async (name: string, content: Uint8Array, sender: string = OPERATOR) => {
    let answer: unknown
    for (const order of fileOrders(name, content)) {
      answer = await network.send(sender, 'order', utf8(canonicalJson(order)))
    }
    return answer as FileAnswer
  }
  return { ...network, upload: send }
}

/** Code of a refusal. */
export const refusal = (work: Promise<unknown>) =>
  work.then(
    () => 'accepted',
    (error: unknown) => (error instanceof UnifareError ? error.code : error),
  )
