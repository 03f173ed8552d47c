import type { Overview, OverviewRide } from '../model.ts'

/** Whether the network answers. */
export type Link = 'loading' | 'live' | 'lost'

/** What the page knows. */
export interface PageState {
  readonly link: Link
  readonly overview: Overview | null
  /** Tap that is looked at, and its ride while or since the overview has shown it. */
  readonly tap: string | null
  readonly ride: OverviewRide | null
  /** Division whose taps alone are listed. */
  readonly city: string | null
}

export type PageEvent =
  | { readonly kind: 'overview'; readonly overview: Overview }
  | { readonly kind: 'lost' }
  | { readonly kind: 'choose-tap'; readonly tap: string }
  | { readonly kind: 'choose-city'; readonly city: string | null }

/** The page before the network has answered; `tap` comes from the page's address. */
export function firstState(tap: string | null): PageState {
  return { link: 'loading', overview: null, tap, ride: null, city: null }
}

/** Applies an event. A chosen ride stays, as last seen, after the list has moved on. */
export function reducePage(state: PageState, event: PageEvent): PageState {
  switch (event.kind) {
    case 'overview':
      return withOverview(state, event.overview)
    case 'lost':
      return { ...state, link: 'lost' }
    case 'choose-tap':
      return { ...state, tap: event.tap, ride: rideOf(state.overview, event.tap) }
    case 'choose-city':
      return { ...state, city: event.city === state.city ? null : event.city }
  }
}

function withOverview(state: PageState, overview: Overview): PageState {
  // A network of another seed knows nothing of the taps of the one before.
  const restarted = state.overview !== null && state.overview.seed !== overview.seed
  const chosen = restarted ? null : state.tap
  const tap = chosen ?? (overview.phase === 'settled' ? featuredTap(overview.rides) : null)
  const seen = rideOf(overview, tap) ?? (tap === state.tap ? state.ride : null)
  return { ...state, link: 'live', overview, tap, ride: seen }
}

/** The tap worth showing unasked: the newest whose price took most steps. */
export function featuredTap(rides: readonly OverviewRide[]): string | null {
  let best: OverviewRide | null = null
  for (const ride of rides) {
    if ((ride.charge?.parts.length ?? 0) > (best?.charge?.parts.length ?? 0)) best = ride
  }
  return best?.tap ?? null
}

function rideOf(overview: Overview | null, tap: string | null): OverviewRide | null {
  return overview?.rides.find((ride) => ride.tap === tap) ?? null
}
