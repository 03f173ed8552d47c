import { type Day, fromHex, parseDay, parseJson, toHex, UnifareError } from '@unifare/core'
import type { SignatureEngine } from '@unifare/crypto'
import {
  chainedRoot,
  leafHash,
  type MerkleTree,
  merkleTree,
  type ProofStep,
  rootOfProof,
} from '../merkle.ts'
import type { ProofFault } from './errors.ts'
import { isLineForm, LINE_FORMS, type LineForm } from './line-forms.ts'
import { parseSubject, subjectName } from './proof-subject.ts'
import { type ProofText, proofText } from './proof-text.ts'
import type { ProofRow, Subject } from './subject.ts'

const KIND = 'unifare-inclusion-1'

/** A closed day as its proofs need it. All bytes in hexadecimal. */
export interface ProvedDay {
  readonly day: Day
  readonly previousRoot: string
  readonly root: string
  /** The centre's Ed25519 signature over the bytes of the root. */
  readonly signature: string
  readonly form: LineForm
  readonly lines: readonly Uint8Array[]
}

/**
 * A proof that a line stands in a settled day: the line itself, the way up to the root, the chain
 * to the day before, and the centre's signature. Whoever has the centre's public key needs nothing
 * else, and nobody, to verify it.
 */
export interface InclusionProof {
  readonly proof: typeof KIND
  /** Name of what is proved: see `parseSubject`. */
  readonly subject: string
  readonly day: Day
  readonly form: LineForm
  readonly line: string
  readonly path: readonly { readonly side: ProofStep['side']; readonly hash: string }[]
  readonly previousRoot: string
  readonly root: string
  readonly signature: string
  readonly text: ProofText
}

/**
 * Proves lines of a day. Throws `proof.wrong-root` when the lines kept are not those that the day's
 * root was made of: then nothing can be proved. The returned function gives undefined for what does
 * not stand in the day.
 */
export function proveLines(day: ProvedDay): (subject: Subject) => InclusionProof | undefined {
  const tree: MerkleTree = merkleTree(day.lines.map(leafHash))
  const root = toHex(chainedRoot(fromHex(day.previousRoot), day.day, tree.root))
  if (root !== day.root) {
    throw new UnifareError('proof.wrong-root', `the lines of ${day.day} lead to ${root}`)
  }
  const read = LINE_FORMS[day.form]
  return (subject) => {
    for (const [index, line] of day.lines.entries()) {
      const row = read(line, subject)
      if (row === undefined) continue
      return inclusionProof(day, { subject, row, line, path: tree.proof(index), form: day.form })
    }
    return undefined
  }
}

/** The proof of a line of which everything is known. */
export function inclusionProof(
  { day, previousRoot, root, signature }: Omit<ProvedDay, 'form' | 'lines'>,
  found: {
    readonly subject: Subject
    readonly row: ProofRow
    readonly form: LineForm
    readonly line: Uint8Array
    readonly path: readonly ProofStep[]
  },
): InclusionProof {
  const { subject, row, form, line, path } = found
  return {
    proof: KIND,
    subject: subjectName(subject),
    day,
    form,
    line: toHex(line),
    path: path.map(({ side, hash }) => ({ side, hash: toHex(hash) })),
    previousRoot,
    root,
    signature,
    text: proofText({ subject, row, day }),
  }
}

/** What a proof proved, or why it proves nothing. */
export type ProofVerdict =
  | {
      readonly ok: true
      readonly subject: Subject
      readonly row: ProofRow
      readonly text: ProofText
    }
  | { readonly ok: false; readonly code: ProofFault }

/** Verifies a proof against the public key of the centre. Pure: no clock, no network, no trust in its words. */
export function verifyProof(
  proof: InclusionProof,
  {
    publicKey,
    engine,
  }: {
    readonly publicKey: Uint8Array
    readonly engine: Pick<SignatureEngine, 'ed25519Verify'>
  },
): ProofVerdict {
  const subject = parseSubject(proof.subject)
  const line = fromHex(proof.line)
  const row = LINE_FORMS[proof.form](line, subject)
  if (row === undefined) return { ok: false, code: 'proof.no-row' }
  const steps = proof.path.map(({ side, hash }) => ({ side, hash: fromHex(hash) }))
  const root = chainedRoot(
    fromHex(proof.previousRoot),
    proof.day,
    rootOfProof(leafHash(line), steps),
  )
  if (toHex(root) !== proof.root) return { ok: false, code: 'proof.wrong-root' }
  if (!engine.ed25519Verify(publicKey, root, fromHex(proof.signature))) {
    return { ok: false, code: 'proof.wrong-signature' }
  }
  const text = proofText({ subject, row, day: proof.day })
  const honest = text.en === proof.text.en && text.zh === proof.text.zh
  return honest ? { ok: true, subject, row, text } : { ok: false, code: 'proof.wrong-text' }
}

/** The one text of a proof: for a file, or to be sent. */
export function formatProof(proof: InclusionProof): string {
  return `${JSON.stringify(proof, null, 2)}\n`
}

/**
 * Reads a proof. Only the text that `formatProof` writes is one, so that no bit of the file can be
 * changed unseen. Throws `proof.malformed`.
 */
export function parseProof(text: string): InclusionProof {
  const bad = (reason: string) => new UnifareError('proof.malformed', `not a proof: ${reason}`)
  let proof: InclusionProof
  try {
    proof = readProof(parseJson(text) as unknown as InclusionProof)
  } catch (error) {
    throw bad(error instanceof Error ? error.message : String(error))
  }
  if (formatProof(proof) !== text) throw bad('it was changed after it was written')
  return proof
}

/** Takes the known fields in their order, each of its form; a `TypeError` or a fault of the data otherwise. */
function readProof(value: InclusionProof): InclusionProof {
  if (value.proof !== KIND || !isLineForm(value.form)) throw new TypeError('another kind of proof')
  parseDay(value.day)
  return {
    proof: KIND,
    subject: subjectName(parseSubject(value.subject)),
    day: value.day,
    form: value.form,
    line: hexOf(value.line),
    path: value.path.map(({ side, hash }) => {
      if (side !== 'left' && side !== 'right') throw new TypeError('a step has a side')
      return { side, hash: hexOf(hash, 32) }
    }),
    previousRoot: hexOf(value.previousRoot, 32),
    root: hexOf(value.root, 32),
    signature: hexOf(value.signature, 64),
    text: { en: String(value.text.en), zh: String(value.text.zh) },
  }
}

function hexOf(text: string, length?: number): string {
  const bytes = fromHex(text)
  if (length !== undefined && bytes.length !== length) {
    throw new TypeError(`${bytes.length} bytes where ${length} belong`)
  }
  return toHex(bytes)
}
