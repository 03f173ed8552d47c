import { DES_BYTES } from '../wasm/des-bytes.ts'

/** Blocks that are encrypted at once, each under a key of its own. */
export const LANES = 128

/** Words of `DesLanes.blocks`, two a lane. */
export const LANE_WORDS = 2

/** Longest message of a lane. */
export const MAX_MESSAGE_BYTES = 1_024

/** Two keys fit in: which one of them. */
export type LaneKey = 0 | 1

/**
 * DES of 128 lanes in WebAssembly. A chain of one block a lane stays inside, like the lanes of
 * `des-core`; keys and chain stay in its memory until something else is there, or `wipe`.
 */
export interface DesLanes {
  /** Blocks of all lanes, one after the other, bytes in their order. */
  readonly blocks: Uint32Array
  /** Room for messages that `take` reads. */
  readonly messages: Uint8Array
  /** Begins a chain with zeros. */
  readonly clear: () => void
  /** Makes blocks of 8 bytes from `at` of messages, every `stride` bytes one, padded with 80 00 .. */
  readonly take: (at: number, length: number, stride: number) => void
  /** Turns blocks into planes, and back. */
  readonly transpose: () => void
  /** XORs the planes into the chain. */
  readonly absorb: () => void
  /** Leaves the chain as planes. */
  readonly spill: () => void
  /** Takes the planes as a key of every lane. */
  readonly wire: (key: LaneKey) => void
  readonly encrypt: (key: LaneKey) => void
  readonly decrypt: (key: LaneKey) => void
  /** Zeros for keys, chain and blocks. */
  readonly wipe: () => void
}

type Exports = Omit<DesLanes, 'blocks' | 'messages'> & {
  readonly memory: WebAssembly.Memory
  readonly blocksAt: () => number
  readonly messagesAt: () => number
}

/** Starts the compiled lanes; throws where there is no WebAssembly with 128-bit vectors. */
export function openDesLanes(): DesLanes {
  const binary = Uint8Array.from(atob(DES_BYTES), (character) => character.charCodeAt(0))
  const instance = new WebAssembly.Instance(new WebAssembly.Module(binary))
  const wasm = instance.exports as unknown as Exports
  const { buffer } = wasm.memory
  return {
    ...wasm,
    blocks: new Uint32Array(buffer, wasm.blocksAt(), LANES * LANE_WORDS),
    messages: new Uint8Array(buffer, wasm.messagesAt(), LANES * MAX_MESSAGE_BYTES),
  }
}
