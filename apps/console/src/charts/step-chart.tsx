import { useId } from 'preact/hooks'
import { type Point, stepPath } from './scale.ts'
import { useWidth } from './use-width.ts'

/** A value of an axis with its text. */
export interface Tick {
  readonly at: number
  readonly label: string
}

/** A stepped line of a chart. */
export interface Series {
  readonly points: readonly Point[]
  readonly tone: 'main' | 'other'
}

export interface StepChartProps {
  /** What the picture is, and what it says: read out in its place. */
  readonly title: string
  readonly description: string
  readonly series: readonly Series[]
  readonly range: { readonly from: number; readonly to: number }
  readonly most: number
  readonly xTicks: readonly Tick[]
  readonly yTicks: readonly Tick[]
  readonly xLabel: string
  readonly yLabel: string
  /** A level that should not be passed. */
  readonly limit?: Tick | undefined
  /** The value that is looked at. */
  readonly mark?: (Point & { readonly label: string; readonly warn: boolean }) | undefined
  readonly height?: number
}

const MARGIN = { top: 26, right: 14, bottom: 42, left: 52 } as const

/** Amounts that jump: steps over a measure, with a level and a marked value. */
export function StepChart(props: StepChartProps) {
  const { ref, width } = useWidth(480)
  const id = useId()
  const { range, most, series, height = 220 } = props
  const frame = {
    left: MARGIN.left,
    right: width - MARGIN.right,
    top: MARGIN.top,
    bottom: height - MARGIN.bottom,
  }
  const scale: Scale = {
    ...frame,
    x: (at) =>
      frame.left + ((at - range.from) / (range.to - range.from)) * (frame.right - frame.left),
    y: (at) => frame.bottom - (at / most) * (frame.bottom - frame.top),
  }
  return (
    <div class="chart" ref={ref}>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        height={height}
        role="img"
        aria-labelledby={`${id}-title ${id}-text`}
      >
        <title id={`${id}-title`}>{props.title}</title>
        <desc id={`${id}-text`}>{props.description}</desc>
        <Axes {...props} scale={scale} />
        {props.limit !== undefined && (
          <Limit limit={props.limit} scale={scale} toLeft={isRight(props)} />
        )}
        {series.map(({ points, tone }) => (
          <Steps key={tone} points={points} tone={tone} scale={scale} />
        ))}
        {props.mark !== undefined && <Mark mark={props.mark} scale={scale} />}
      </svg>
    </div>
  )
}

interface Scale {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
  x(at: number): number
  y(at: number): number
}

function Axes({
  xTicks,
  yTicks,
  xLabel,
  yLabel,
  scale,
}: StepChartProps & { readonly scale: Scale }) {
  const { left, right, top, bottom } = scale
  return (
    <g class="chart-axes">
      {yTicks.map(({ at, label }) => (
        <g key={at}>
          <line x1={left} x2={right} y1={scale.y(at)} y2={scale.y(at)} />
          <text x={left - 7} y={scale.y(at) + 4} text-anchor="end">
            {label}
          </text>
        </g>
      ))}
      {xTicks.map(({ at, label }) => (
        <g key={at}>
          <line class="chart-tick" x1={scale.x(at)} x2={scale.x(at)} y1={bottom} y2={bottom + 4} />
          <text x={scale.x(at)} y={bottom + 17} text-anchor="middle">
            {label}
          </text>
        </g>
      ))}
      <line class="chart-base" x1={left} x2={right} y1={bottom} y2={bottom} />
      <text class="chart-label" x={right} y={bottom + 34} text-anchor="end">
        {xLabel}
      </text>
      <text class="chart-label" x={4} y={top - 13}>
        {yLabel}
      </text>
    </g>
  )
}

/** Whether the marked value stands in the right half, where the limit's text would meet its own. */
function isRight({ mark, range }: StepChartProps): boolean {
  return mark !== undefined && mark.x > (range.from + range.to) / 2
}

function Limit({
  limit,
  scale,
  toLeft,
}: {
  readonly limit: Tick
  readonly scale: Scale
  readonly toLeft: boolean
}) {
  const y = scale.y(limit.at)
  return (
    <g class="chart-limit">
      <rect
        x={scale.left}
        y={scale.top}
        width={scale.right - scale.left}
        height={Math.max(0, y - scale.top)}
      />
      <line x1={scale.left} x2={scale.right} y1={y} y2={y} />
      <text
        x={toLeft ? scale.left + 6 : scale.right}
        y={Math.max(scale.top - 4, y - 6)}
        text-anchor={toLeft ? 'start' : 'end'}
      >
        {limit.label}
      </text>
    </g>
  )
}

function Steps({ points, tone, scale }: Series & { readonly scale: Scale }) {
  const drawn = points.map(({ x, y }) => ({ x: scale.x(x), y: scale.y(y) }))
  const path = stepPath(drawn, scale.right)
  const [first] = drawn
  if (first === undefined) return null
  return (
    <g class={`chart-${tone}`}>
      <path class="chart-area" d={`${path}V${scale.bottom}H${first.x}Z`} />
      <path class="chart-line" d={path} />
    </g>
  )
}

function Mark({
  mark,
  scale,
}: {
  readonly mark: NonNullable<StepChartProps['mark']>
  readonly scale: Scale
}) {
  const [x, y] = [scale.x(mark.x), scale.y(mark.y)]
  const middle = (scale.left + scale.right) / 2
  return (
    <g class={mark.warn ? 'chart-mark chart-warn' : 'chart-mark'}>
      <line x1={x} x2={x} y1={y} y2={scale.bottom} />
      <circle cx={x} cy={y} r={5} />
      <text
        x={x + (x > middle ? -9 : 9)}
        y={Math.max(scale.top + 2, y - 9)}
        text-anchor={x > middle ? 'end' : 'start'}
      >
        {mark.label}
      </text>
    </g>
  )
}
