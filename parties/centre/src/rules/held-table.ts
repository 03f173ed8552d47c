import { type Day, table } from '@unifare/core'

/** A charge that got a suspicious verdict, and what became of it up to the last close. */
export interface HeldRow {
  readonly operator: string
  readonly number: number
  readonly verdict: string
  /** Settlement day of the verdict. */
  readonly day: Day
  readonly state: string
  readonly deadline: Day
  readonly decidedBy: string
}

export const heldCharges = table<HeldRow>({
  name: 'held_charge',
  columns: {
    operator: 'text',
    number: 'int',
    verdict: 'text',
    day: 'text',
    state: 'text',
    deadline: 'text',
    decidedBy: 'text',
  },
  key: ['operator', 'number'],
  indexes: [['operator'], ['state']],
})

/** The mark of the last day whose held charges are noted. */
export const HELD_MARK = 'held'
