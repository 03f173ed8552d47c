import { useEffect, useState } from 'preact/hooks'
import { addressOf, type View, viewOf } from './view.ts'

/** The view that the page's address asks for, followed as it changes. */
export function useView(): View {
  const [view, setView] = useState(() => viewOf(location.hash))
  useEffect(() => {
    const follow = () => setView(viewOf(location.hash))
    window.addEventListener('hashchange', follow)
    return () => window.removeEventListener('hashchange', follow)
  }, [])
  return view
}

/** Goes to a view; `replace` leaves no step in the history. */
export function goTo(view: View, { replace = false }: { readonly replace?: boolean } = {}): void {
  const address = addressOf(view)
  if (!replace) {
    location.hash = address
    return
  }
  history.replaceState(null, '', address)
  window.dispatchEvent(new HashChangeEvent('hashchange'))
}
