import { type Day, UnifareError } from '@unifare/core'
import { type Direction, type FileKind, isFileKind, KINDS } from './kinds.ts'
import { CODECS, NOTHING } from './values.ts'

/** Role of the institution in the name: 1 issuer, 2 acquirer as in bank clearing (ours: reconstructed). */
export type Role = 'issuer' | 'acquirer'
const ROLES = { issuer: '1', acquirer: '2' } as const satisfies Record<Role, string>

/** The name of a file says what it is, of whom, and its place in the row of that kind. */
export interface FileName {
  readonly kind: FileKind
  readonly day: Day
  readonly role: Role
  /** Member that sends (upward) or receives: 8 to 11 digits. */
  readonly institution: string
  /** Running number of its kind and institution, from 1. */
  readonly sequence: number
}

const NAME = /^([A-Z]{2})(\d{6})(\d{6})([12])(\d{8,11})(\d{10})([A-Z])$/
const SEQUENCE_WIDTH = 10

/**
 * Kind, yymmdd, hhmmss (written as zeros), role digit, institution, sequence of 10 digits, direction
 * letter (reference clearing 1.3). Throws `tunion.bad-name` for what has no name.
 */
export function writeFileName({ kind, day, role, institution, sequence }: FileName): string {
  const name = `${kind}${day.slice(2).replaceAll('-', '')}000000${ROLES[role]}${institution}${String(sequence).padStart(SEQUENCE_WIDTH, '0')}${KINDS[kind].direction}`
  const good =
    day.startsWith('20') &&
    Number.isSafeInteger(sequence) &&
    sequence > 0 &&
    sequence < 10 ** SEQUENCE_WIDTH &&
    NAME.test(name)
  if (!good) throw new UnifareError('tunion.bad-name', `no file is named ${name}`)
  return name
}

/** Reads a name; throws `tunion.bad-name`. Years are 2000 to 2099. */
export function readFileName(text: string): FileName {
  const [, kind = '', date = '', , role, institution = '', sequence, direction] =
    NAME.exec(text) ?? []
  const day = CODECS.date.read(`20${date}`, NOTHING, 0)
  if (
    !isFileKind(kind) ||
    day === undefined ||
    KINDS[kind].direction !== (direction as Direction)
  ) {
    throw new UnifareError(
      'tunion.bad-name',
      `${JSON.stringify(text.slice(0, 60))} is no file name of this profile`,
    )
  }
  return {
    kind,
    day,
    role: role === ROLES.issuer ? 'issuer' : 'acquirer',
    institution,
    sequence: Number(sequence),
  }
}
