import type { OverviewRide } from '../model.ts'
import { type CityPlace, flowPath } from './layout.ts'

/** Lines from the city a rider comes from to the city of the ride; a new tap runs along once. */
export function FlowLines({
  rides,
  places,
  city,
}: {
  readonly rides: readonly OverviewRide[]
  readonly places: readonly CityPlace[]
  readonly city: string | null
}) {
  const placeOf = new Map(places.map((place) => [place.city.division, place]))
  const away = rides.flatMap((ride) => {
    const from = placeOf.get(ride.issuerCity ?? '')
    const to = placeOf.get(ride.city)
    const hidden = city !== null && city !== ride.city && city !== ride.issuerCity
    return from === undefined || to === undefined || from === to || hidden
      ? []
      : [{ ride, path: flowPath(from, to) }]
  })
  const paths = new Set(away.map(({ path }) => path))
  return (
    <g class="flows" aria-hidden="true">
      {[...paths].map((path) => (
        <path key={path} class="flow" d={path} />
      ))}
      {away.map(({ ride, path }, index) => (
        <path
          key={ride.tap}
          class="comet"
          d={path}
          pathLength={1}
          style={{ animationDelay: `${(index % 8) * 90}ms` }}
        />
      ))}
    </g>
  )
}
