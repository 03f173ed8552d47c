import { useEffect, useReducer } from 'preact/hooks'
import { connect } from './connection.ts'
import { firstState, type PageEvent, type PageState, reducePage } from './page-state.ts'

/** The page's state, fed by the network; the chosen tap stands in the page's address. */
export function usePage(): [PageState, (event: PageEvent) => void] {
  const [state, dispatch] = useReducer(reducePage, tapOfAddress(), firstState)
  useEffect(
    () =>
      connect({
        onOverview: (overview) => dispatch({ kind: 'overview', overview }),
        onLost: () => dispatch({ kind: 'lost' }),
      }),
    [],
  )
  const send = (event: PageEvent) => {
    if (event.kind === 'choose-tap') {
      history.replaceState(null, '', `#tap=${encodeURIComponent(event.tap)}`)
    }
    dispatch(event)
  }
  return [state, send]
}

function tapOfAddress(): string | null {
  return new URLSearchParams(location.hash.slice(1)).get('tap')
}
