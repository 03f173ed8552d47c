/** A point in metres on a plane around a city's centre. */
export interface Point {
  readonly x: number
  readonly y: number
}

/** A line as drawn on a map: straight pieces between points, closed or not. */
export interface Polyline {
  readonly points: readonly Point[]
  readonly closed: boolean
}

/**
 * Twelve directions, 15 degrees apart, in thousandths. Only `+ - × ÷` and square roots are used
 * here, so that a network is the same on every machine; sines are not.
 */
export const DIRECTIONS: readonly Point[] = [
  [1000, 0],
  [966, 259],
  [866, 500],
  [707, 707],
  [500, 866],
  [259, 966],
  [0, 1000],
  [-259, 966],
  [-500, 866],
  [-707, 707],
  [-866, 500],
  [-966, 259],
].map(([x = 0, y = 0]) => ({ x: x / 1000, y: y / 1000 }))

/** A straight line of a length, centred beside the origin at a distance to its left. */
export function straight(direction: Point, length: number, left: number): Polyline {
  const at = (along: number): Point => ({
    x: direction.x * along - direction.y * left,
    y: direction.y * along + direction.x * left,
  })
  return { points: [at(-length / 2), at(length / 2)], closed: false }
}

/** A closed octagon around the origin. */
export function octagon(radius: number): Polyline {
  const near = radius * 0.4142
  const corners = [
    [radius, near],
    [near, radius],
    [-near, radius],
    [-radius, near],
    [-radius, -near],
    [-near, -radius],
    [near, -radius],
    [radius, -near],
  ]
  return { points: corners.map(([x = 0, y = 0]) => ({ x, y })), closed: true }
}

export function distance(a: Point, b: Point): number {
  return Math.sqrt((a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y))
}

interface Piece {
  readonly from: Point
  readonly to: Point
  /** Metres along the line at `from`. */
  readonly start: number
  readonly length: number
}

function pieces({ points, closed }: Polyline): Piece[] {
  const ends = closed ? [...points, points[0] as Point] : points
  let start = 0
  return ends.slice(1).map((to, index) => {
    const from = ends[index] as Point
    const piece = { from, to, start, length: distance(from, to) }
    start += piece.length
    return piece
  })
}

export function lengthOf(line: Polyline): number {
  return pieces(line).reduce((sum, { length }) => sum + length, 0)
}

/** The point at so many metres along a line. */
export function pointAt(line: Polyline, along: number): Point {
  const all = pieces(line)
  const piece = (all.find(({ start, length }) => along <= start + length) ?? all.at(-1)) as Piece
  return between(piece, (along - piece.start) / piece.length)
}

/** Where two lines cross, with the metres along each. */
export function crossings(
  a: Polyline,
  b: Polyline,
): { readonly point: Point; readonly alongA: number; readonly alongB: number }[] {
  return pieces(a).flatMap((p) => pieces(b).flatMap((q) => crossing(p, q)))
}

function crossing(
  p: Piece,
  q: Piece,
): { readonly point: Point; readonly alongA: number; readonly alongB: number }[] {
  const [dx, dy] = [p.to.x - p.from.x, p.to.y - p.from.y]
  const [ex, ey] = [q.to.x - q.from.x, q.to.y - q.from.y]
  const cross = dx * ey - dy * ex
  if (cross === 0) return []
  const [gx, gy] = [q.from.x - p.from.x, q.from.y - p.from.y]
  const s = (gx * ey - gy * ex) / cross
  const t = (gx * dy - gy * dx) / cross
  if (s < 0 || s >= 1 || t < 0 || t >= 1) return []
  return [{ point: between(p, s), alongA: p.start + s * p.length, alongB: q.start + t * q.length }]
}

function between({ from, to }: Piece, share: number): Point {
  return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share }
}
