import { UnifareError } from '@unifare/core'
import { codes } from './codes.ts'
import { institutions } from './institutions.ts'

/** A block of ten thousand million card numbers: one IIN of eight digits, given to one issuer. */
export interface Allotment {
  readonly iin: string
  readonly issuer: string
  /** Where the allotment is told, or `ours`. */
  readonly source: string
}

/** The blocks of the demonstration network: one for each simulated issuer. */
export function allotments(): readonly Allotment[] {
  return institutions().flatMap(({ id, iin }) =>
    iin === undefined ? [] : [{ iin, issuer: id, source: 'ours' }],
  )
}

export interface AllotRequest {
  readonly issuer: string
  /** How many blocks; one unless told. */
  readonly blocks?: number
}

export interface AllotResult {
  /** All allotments, old and new. */
  readonly allotments: readonly Allotment[]
  readonly added: readonly Allotment[]
}

const BLOCKS_MAX = 100

/**
 * Gives an issuer the next free blocks of the scheme's range. A block once allotted is never given
 * again, and prefixes known from real use are left alone. Pure: the caller keeps the result.
 * Throws `registry.bad-allotment` for an impossible request and `registry.overlap` when the present
 * allotments overlap already.
 */
export function allot(request: AllotRequest, present = allotments()): AllotResult {
  const { issuer, blocks = 1 } = request
  if (!/^\d{8}$/.test(issuer))
    throw bad(`an issuer has an institution code of eight digits, found "${issuer}"`)
  if (!Number.isSafeInteger(blocks) || blocks < 1 || blocks > BLOCKS_MAX)
    throw bad(`1 to ${BLOCKS_MAX} blocks can be allotted at a time, asked were ${blocks}`)
  checkAllotments(present)
  const { first, last } = codes().ours
  const taken = new Set(present.map(({ iin }) => iin))
  for (const { prefix } of codes().prefixes) taken.add(prefix.slice(0, first.length))
  const added: Allotment[] = []
  for (let next = Number(first); next <= Number(last) && added.length < blocks; next++) {
    const iin = String(next)
    if (!taken.has(iin)) added.push({ iin, issuer, source: 'ours' })
  }
  if (added.length < blocks) throw bad(`only ${added.length} blocks are free in ${first}-${last}`)
  return { allotments: [...present, ...added], added }
}

/**
 * Refuses allotments that are malformed (`registry.bad-allotment`) or that give a block twice
 * (`registry.overlap`), naming both issuers.
 */
export function checkAllotments(present: readonly Allotment[]): void {
  const { first, last } = codes().range
  const owners = new Map<string, string>()
  for (const { iin, issuer } of present) {
    if (!/^\d{8}$/.test(iin) || iin < first || iin > last)
      throw bad(`IIN ${iin} is outside the scheme's range ${first}-${last}`)
    const owner = owners.get(iin)
    if (owner !== undefined)
      throw new UnifareError(
        'registry.overlap',
        `block ${iin} is allotted to ${owner} and to ${issuer}`,
        { iin, issuers: [owner, issuer] },
      )
    owners.set(iin, issuer)
  }
}

function bad(message: string): UnifareError {
  return new UnifareError('registry.bad-allotment', message)
}
