/** A round number of about this size: 1, 2 or 5 with zeros. */
export function roundStep(rough: number): number {
  if (!(rough > 0)) return 1
  const power = 10 ** Math.floor(Math.log10(rough))
  const part = rough / power
  return (part <= 1 ? 1 : part <= 2 ? 2 : part <= 5 ? 5 : 10) * power
}

/** Round values from 0 to at least `most`, about `count` of them. */
export function ticksTo(most: number, count: number): readonly number[] {
  const step = roundStep(most / count)
  const steps = Math.max(1, Math.ceil(most / step))
  return Array.from({ length: steps + 1 }, (_, index) => Number((index * step).toPrecision(12)))
}

/** Round values that lie inside a range, about `count` of them. */
export function ticksIn(range: { readonly from: number; readonly to: number }, count: number) {
  const { from, to } = range
  return ticksTo(to, count * (to / Math.max(to - from, Number.EPSILON))).filter(
    (tick) => tick >= from && tick <= to,
  )
}

/** A point of a line. */
export interface Point {
  readonly x: number
  readonly y: number
}

/** An SVG path of steps: a value holds from its place until the next one. */
export function stepPath(points: readonly Point[], endX: number): string {
  const [first, ...others] = points
  if (first === undefined) return ''
  const steps = others.map(({ x, y }) => `H${fixed(x)}V${fixed(y)}`)
  return `M${fixed(first.x)} ${fixed(first.y)}${steps.join('')}H${fixed(endX)}`
}

/** An SVG path of straight pieces. */
export function linePath(points: readonly Point[]): string {
  return points
    .map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${fixed(x)} ${fixed(y)}`)
    .join('')
}

function fixed(value: number): string {
  return String(Math.round(value * 100) / 100)
}
