import type { KeyPair } from '@unifare/crypto'
import type { Card, CardMemory } from '../chip/card-state.ts'

/**
 * The life of a card instance in a phone: made room for, personalised by its issuer, switched on by
 * its holder, suspended from afar, and moved to another phone or ended.
 */
export const INSTANCE_STATES = [
  'installed',
  'personalised',
  'active',
  'suspended',
  'moved',
  'terminated',
] as const
export type InstanceState = (typeof INSTANCE_STATES)[number]

/** What a script of the issuer does to an instance; the place is its byte on the wire (ours). */
export const SCRIPT_KINDS = ['personalise', 'suspend', 'resume', 'freeze', 'terminate'] as const
export type ScriptKind = (typeof SCRIPT_KINDS)[number]

/** A virtual card in a phone. */
export interface PhoneInstance {
  /** Whole name, 16 bytes: the 8 of the purse and 8 of carrier or city (reference card 1). */
  readonly aid: Uint8Array
  /** Ed25519 key of the issuer whose scripts this instance obeys. */
  readonly issuerKey: Uint8Array
  readonly state: InstanceState
  /** Number of the last script that was carried out; a lower one is never taken again. */
  readonly script: number
  /** The card; after a move without its keys, kept until the phone is emptied. */
  readonly memory: CardMemory | null
  /** What the instance signs about the last script; empty before the first. */
  readonly receipt: Uint8Array
}

/** A personalisation that has begun. Nothing of it counts before its last step. */
export interface StagedScript {
  readonly opening: Uint8Array
  /** What both ends agreed on: computed once, for it is the slow part of a step. */
  readonly encryption: Uint8Array
  readonly mac: Uint8Array
  /** The step that is waited for, from 0. */
  readonly next: number
  /** MAC of the step before, over everything so far. */
  readonly chain: Uint8Array
  readonly content: Uint8Array
}

/**
 * The secure element (or host-card-emulation store) of a phone: an immutable value, every command
 * makes the next one. Its device key was made inside and never leaves.
 */
export interface Phone {
  readonly deviceKey: KeyPair
  /** The preferred instance stands first. */
  readonly instances: readonly PhoneInstance[]
  readonly staged: StagedScript | null
  readonly session: PhoneSession
}

/** What the loss of the field erases: which instance is selected, and that card's own session. */
export interface PhoneSession {
  readonly aid: Uint8Array | null
  readonly card: Card['session'] | null
}

/** What a command leads to. */
export interface PhoneStep {
  readonly phone: Phone
  readonly response: Uint8Array
}

export const NOTHING_SELECTED: PhoneSession = { aid: null, card: null }
