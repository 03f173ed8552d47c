import { requireData, UnifareError } from '@unifare/core'
import { type KeyRef, keyRefText } from './key-ref.ts'

/** The life of a key, in order (reference reliability 6.3). */
export const KEY_STATES = ['pre-active', 'active', 'verify-only', 'destroyed'] as const
export type KeyState = (typeof KEY_STATES)[number]

/** `issue` makes something new under a key: a card, a signature. `verify` serves what exists. */
export type KeyWork = 'issue' | 'verify'

/** One step of a key's life and the two or more people who took it. */
export interface KeyChange {
  readonly to: KeyState
  /** Milliseconds since 1970, UTC. */
  readonly at: number
  readonly by: readonly string[]
}

/** State of a key and how it came there. */
export interface KeyLife {
  readonly state: KeyState
  readonly history: readonly KeyChange[]
}

/** Life of a key that nobody follows up: those of tests and demonstrations. */
export const ALWAYS_ACTIVE: KeyLife = { state: 'active', history: [] }

/** A key that was never used may be destroyed at once; every other step is taken in turn. */
const NEXT = {
  'pre-active': ['active', 'destroyed'],
  active: ['verify-only'],
  'verify-only': ['destroyed'],
  destroyed: [],
} as const satisfies Record<KeyState, readonly KeyState[]>

/** Code of the refusal of a work in a state; null where it is allowed. */
const REFUSALS = {
  'pre-active': { issue: 'key.not-active', verify: 'key.not-active' },
  active: { issue: null, verify: null },
  'verify-only': { issue: 'key.verify-only', verify: null },
  destroyed: { issue: 'key.destroyed', verify: 'key.destroyed' },
} as const satisfies Record<KeyState, Record<KeyWork, string | null>>

/** Life of a key that two people have just put in: not active yet. Throws `key.four-eyes`. */
export function newKeyLife(change: Omit<KeyChange, 'to'>): KeyLife {
  const by = requireTwoPeople(change.by)
  return { state: 'pre-active', history: [{ to: 'pre-active', at: change.at, by }] }
}

/** The next state of a key. Throws `key.four-eyes` or `key.bad-transition`. */
export function changeKeyState(ref: KeyRef, life: KeyLife, change: KeyChange): KeyLife {
  const by = requireTwoPeople(change.by)
  const allowed: readonly KeyState[] = NEXT[life.state]
  requireData(
    allowed.includes(change.to),
    'key.bad-transition',
    `${keyRefText(ref)} is ${life.state}; it can become ${allowed.join(' or ') || 'nothing else'}, not ${change.to}`,
    { from: life.state, to: change.to },
  )
  return {
    state: change.to,
    history: [...life.history, { to: change.to, at: change.at, by }],
  }
}

/** Throws `key.not-active`, `key.verify-only` or `key.destroyed` when a state forbids a work. */
export function requireWork(ref: KeyRef, state: KeyState, work: KeyWork): void {
  const code = REFUSALS[state][work]
  if (code !== null) {
    throw new UnifareError(code, `${keyRefText(ref)} is ${state}: it does not ${work}`, { ref })
  }
}

/**
 * The names in one spelling, when they are two different people or more; throws `key.four-eyes`
 * otherwise. Width, case and blanks make no second person.
 */
export function requireTwoPeople(names: readonly string[]): string[] {
  const spelled = names.map((name) => name.normalize('NFKC').trim().replace(/\s+/g, ' '))
  const different = new Set(spelled.map((name) => name.toLowerCase()))
  requireData(
    spelled.length >= 2 && different.size === spelled.length && !different.has(''),
    'key.four-eyes',
    'this takes two people or more with different names',
  )
  return spelled
}
