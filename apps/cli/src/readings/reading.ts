import type { Tx } from '@unifare/core'

/** A party whose state is read: one that is stored, or one of the network that runs here. */
export interface ReadParty {
  readonly id: string
  /** The centre of its network. */
  readonly centre: string
  read<T>(body: (tx: Tx) => Promise<T>): Promise<T>
  publicKeyOf(party: string): Uint8Array | undefined
}
