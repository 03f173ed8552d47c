import { createContext } from 'preact'
import { useContext, useEffect, useState } from 'preact/hooks'
import type { RiderApp, RiderState } from './rider-app.ts'

export const AppContext = createContext<RiderApp | null>(null)

/** The app of this page. */
export function useApp(): RiderApp {
  const app = useContext(AppContext)
  if (app === null) throw new TypeError('no app around this component')
  return app
}

/** The app's state; whoever uses it is drawn again when it changes. */
export function useRiderState(): RiderState {
  const app = useApp()
  const [state, setState] = useState(app.state())
  useEffect(() => {
    setState(app.state())
    return app.subscribe(() => setState(app.state()))
  }, [app])
  return state
}

/** The part of the address behind `#`. */
export function useRoute(): string {
  const [route, setRoute] = useState(location.hash.slice(1))
  useEffect(() => {
    const onChange = () => {
      setRoute(location.hash.slice(1))
      scrollTo(0, 0)
    }
    addEventListener('hashchange', onChange)
    return () => removeEventListener('hashchange', onChange)
  }, [])
  return route
}
