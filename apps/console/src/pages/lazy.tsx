import type { ComponentType } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { Waiting } from '../shell/states.tsx'

/** A page whose script is fetched when it is first looked at, so that the day's stays small. */
export function lazyPage<P extends object>(
  load: () => Promise<ComponentType<P>>,
): ComponentType<P> {
  let known: ComponentType<P> | undefined
  return function Lazy(props: P) {
    const [lost, setLost] = useState(false)
    const [, setLoaded] = useState(known !== undefined)
    useEffect(() => {
      if (known !== undefined) return
      load().then(
        (page) => {
          known = page
          setLoaded(true)
        },
        () => setLost(true),
      )
    }, [])
    const Known = known
    return Known === undefined ? <Waiting lost={lost} /> : <Known {...props} />
  }
}
