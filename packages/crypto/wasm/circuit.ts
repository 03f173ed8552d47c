/** Gates of 128-bit vectors that WebAssembly has; `andnot` is a & ~b. */
export type GateKind = 'and' | 'or' | 'xor' | 'andnot'

/** A gate of two values: first the six inputs, leftmost first, then all ones, then the gates. */
export type Gate = readonly [kind: GateKind, a: number, b: number]

/** A circuit and which of its values are the four outputs, leftmost first. */
export interface Circuit {
  readonly gates: readonly Gate[]
  readonly outputs: readonly number[]
}

export const INPUTS = 6
/** Values before the gates: the inputs, and ones everywhere, since no gate makes them of zeros. */
export const GIVEN = INPUTS + 1

const KINDS: ReadonlySet<string> = new Set<GateKind>(['and', 'or', 'xor', 'andnot'])

/** A circuit of gates as text: `xor 0 1, and 7 2`. */
export function circuit(text: string, outputs: readonly number[]): Circuit {
  const gates = text.split(', ').map((words): Gate => {
    const [kind = '', a, b] = words.split(' ')
    if (!isKind(kind)) throw new TypeError(`no gate: ${words}`)
    return [kind, Number(a), Number(b)]
  })
  return { gates, outputs }
}

/** What a gate does to words of bits. */
export function gateValue(kind: GateKind, a: number, b: number): number {
  if (kind === 'xor') return a ^ b
  if (kind === 'and') return a & b
  return kind === 'or' ? a | b : a & ~b
}

function isKind(text: string): text is GateKind {
  return KINDS.has(text)
}
