import { concat, type Day, utf8 } from '@unifare/core'
import { sha256 } from '@unifare/crypto'

const LEAF = Uint8Array.of(0)
const NODE = Uint8Array.of(1)

/** Hash of a leaf (RFC 9162: 0x00 before the content keeps leaves and nodes apart). */
export function leafHash(content: Uint8Array): Uint8Array {
  return sha256(concat(LEAF, content))
}

/** Root of a tree over leaf hashes in their order (RFC 9162, section 2.1.1). */
export function merkleRoot(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 0) return sha256(new Uint8Array(0))
  let level: readonly Uint8Array[] = leaves
  while (level.length > 1) level = parents(level)
  return level[0] as Uint8Array
}

/** One step of a proof: the neighbour's hash and the side it stands on. */
export interface ProofStep {
  readonly side: 'left' | 'right'
  readonly hash: Uint8Array
}

/** A tree that is kept, for many proofs. */
export interface MerkleTree {
  readonly root: Uint8Array
  /** The neighbours on the way from a leaf to the root. */
  proof(index: number): ProofStep[]
}

/** Keeps all levels of the tree over leaf hashes: every proof then costs its height alone. */
export function merkleTree(leaves: readonly Uint8Array[]): MerkleTree {
  const levels: (readonly Uint8Array[])[] = [leaves]
  for (let top = leaves; top.length > 1; levels.push(top)) top = parents(top)
  return {
    root: levels.at(-1)?.[0] ?? merkleRoot([]),
    proof(index) {
      if (index < 0 || index >= leaves.length) throw new TypeError(`no leaf ${index}`)
      return levels.flatMap((level, height): ProofStep[] => {
        const at = index >> height
        const hash = level[at ^ 1]
        return hash === undefined ? [] : [{ side: at % 2 === 0 ? 'right' : 'left', hash }]
      })
    },
  }
}

/** The neighbours on the way from one leaf to the root. */
export function merkleProof(leaves: readonly Uint8Array[], index: number): ProofStep[] {
  return merkleTree(leaves).proof(index)
}

/** Root of a day: the root of its lines, chained to the day and the root before. */
export function chainedRoot(previousRoot: Uint8Array, day: Day, linesRoot: Uint8Array): Uint8Array {
  return leafHash(concat(previousRoot, utf8(day), linesRoot))
}

/** The root that a leaf and its proof lead to. */
export function rootOfProof(leaf: Uint8Array, steps: readonly ProofStep[]): Uint8Array {
  return steps.reduce(
    (hash, step) =>
      sha256(step.side === 'left' ? concat(NODE, step.hash, hash) : concat(NODE, hash, step.hash)),
    leaf,
  )
}

/** A last node without neighbour goes up as it is: the same tree as RFC 9162 splits from the top. */
function parents(level: readonly Uint8Array[]): Uint8Array[] {
  const next: Uint8Array[] = []
  for (let i = 0; i < level.length; i += 2) {
    const [left, right] = [level[i] as Uint8Array, level[i + 1]]
    next.push(right === undefined ? left : sha256(concat(NODE, left, right)))
  }
  return next
}
