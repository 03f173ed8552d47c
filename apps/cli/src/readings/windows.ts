import { eventsHold, readWindow, WINDOW_STATES, type WindowView, windows } from '@unifare/centre'
import { requireData, type Tx, UnifareError } from '@unifare/core'
import { nodeEngine } from '@unifare/crypto/node'
import type { ReadParty } from './reading.ts'

/** States in which nothing more happens to a window. */
const ENDED: ReadonlySet<string> = new Set(['SETTLED', 'ABORTED'])

/** A window as programs read it. */
export type ToldWindow = ReturnType<typeof toldOf>

/**
 * Settlement windows: all, one, or with `recent` those that have not ended and the last so many
 * that have. Throws `window.unknown`.
 */
export async function readWindows(
  party: ReadParty,
  { window, recent }: { readonly window?: string; readonly recent?: number },
) {
  const views = await party.read((tx) => viewsOf(tx, { window, recent }))
  return { centre: party.centre, windows: toldWindows(party, views) }
}

/** Windows with their words, and whether their steps stand under the centre's signature. */
export function toldWindows(party: ReadParty, views: readonly WindowView[]): ToldWindow[] {
  const key = party.publicKeyOf(party.centre)
  if (key === undefined) throw new UnifareError('data.no-network', `no key of ${party.centre}`)
  const engine = nodeEngine()
  return views.map((view) => toldOf(view, eventsHold(view.events, { key, engine })))
}

function toldOf(view: WindowView, hold: boolean) {
  return { ...view, stateText: WINDOW_STATES[view.state], eventsHold: hold }
}

/** The windows that are asked for, whole. */
export async function viewsOf(
  tx: Tx,
  {
    window,
    recent,
  }: { readonly window?: string | undefined; readonly recent?: number | undefined },
): Promise<WindowView[]> {
  const rows = await tx.select(windows, {})
  const names = rows.map((row) => row.window)
  requireData(
    window === undefined || names.includes(window),
    'window.unknown',
    `no window ${window}; there is ${names.join(', ') || 'none'}`,
  )
  const ended = rows.filter(({ state }) => ENDED.has(state)).map((row) => row.window)
  const old = new Set(
    recent === undefined ? [] : ended.slice(0, Math.max(0, ended.length - recent)),
  )
  const asked = window === undefined ? names.filter((name) => !old.has(name)) : [window]
  const found: WindowView[] = []
  for (const name of asked) found.push(await readWindow(tx, name))
  return found
}
