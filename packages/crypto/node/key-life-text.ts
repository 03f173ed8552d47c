import { KEY_STATES, type KeyChange, type KeyLife } from '../src/key-state.ts'
import { badFile } from './sealed-file.ts'

/** Life of a key as it was written into a key file or a token. Throws `key.bad-file`. */
export function parseLife(value: unknown): KeyLife {
  const { state, history } = { ...(value as { state?: unknown; history?: unknown }) }
  if (!Array.isArray(history)) throw badFile('a key has no history')
  return { state: parseState(state), history: history.map(parseChange) }
}

function parseChange(value: unknown): KeyChange {
  const { to, at, by } = { ...(value as { to?: unknown; at?: unknown; by?: unknown }) }
  if (!Number.isSafeInteger(at) || !Array.isArray(by)) throw badFile('a step of a key is damaged')
  return { to: parseState(to), at: Number(at), by: by.map(String) }
}

function parseState(value: unknown): KeyLife['state'] {
  const state = KEY_STATES.find((known) => known === value)
  if (state === undefined) throw badFile('a key has an unknown state')
  return state
}
