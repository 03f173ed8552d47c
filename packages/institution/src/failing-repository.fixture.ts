import { type Repository, type Tx, UnifareError } from '@unifare/core'
import { expect } from 'vitest'
import { intake, outbox, positions } from './index.ts'
import { said } from './institution.fixture.ts'

export const refused = (code: string) => expect.objectContaining({ code })

/** Everything that a repository of the test holds. */
export function stateOf(repository: Repository) {
  return repository.transaction(async (tx) => ({
    said: await tx.select(said, {}),
    intake: await tx.select(intake, {}),
    positions: await tx.select(positions, {}),
    outbox: await tx.select(outbox, {}),
  }))
}

/** A repository that counts transactions and fails one: before its work, or in its commit. */
export function failing(repository: Repository) {
  let fault: 'before' | 'commit' | undefined
  let left = 0
  const counts = { transactions: 0 }
  return {
    counts,
    /** Fails the n-th transaction from now on. */
    failAt(transaction: number, moment: 'before' | 'commit') {
      fault = moment
      left = transaction
    },
    close: () => repository.close(),
    transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
      counts.transactions += 1
      left -= 1
      if (fault === undefined || left > 0) return repository.transaction(work)
      const moment = fault
      fault = undefined
      const lost = new UnifareError('repository.unreachable', 'connection lost')
      if (moment === 'before') return Promise.reject(lost)
      return repository.transaction(async (tx) => {
        await work(tx)
        throw lost
      })
    },
  }
}
