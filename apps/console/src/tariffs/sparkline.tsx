import { stepPath } from '../charts/scale.ts'
import type { FarePicture } from '../model-tariffs.ts'
import { endOf, pointsOf } from './measures.ts'

const [WIDTH, HEIGHT] = [56, 20]

/** A ladder in the size of a word, beside its name. */
export function Sparkline({ picture }: { readonly picture: FarePicture }) {
  const points = pointsOf(picture)
  const most = Math.max(1, ...points.map(({ y }) => y))
  const end = endOf([picture]) || 1
  const drawn = points.map(({ x, y }) => ({
    x: (x / end) * WIDTH,
    y: HEIGHT - 2 - (y / most) * (HEIGHT - 5),
  }))
  return (
    <svg class="sparkline" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
      <path d={stepPath(drawn, WIDTH)} />
    </svg>
  )
}
