/** One bar of a picture of changes. */
export interface ChangeBar {
  readonly label: string
  /** Signed. */
  readonly value: number
  readonly text: string
}

/** Changes as bars to both sides of a middle line: less to the left, more to the right. */
export function ChangeBars({
  title,
  bars,
}: {
  readonly title: string
  readonly bars: readonly ChangeBar[]
}) {
  const most = Math.max(1e-9, ...bars.map(({ value }) => Math.abs(value)))
  return (
    <figure class="change-bars">
      <figcaption>{title}</figcaption>
      <ul>
        {bars.map(({ label, value, text }) => (
          <li key={label}>
            <span class="change-label">{label}</span>
            <svg viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true">
              <line x1={50} x2={50} y1={0} y2={12} />
              <rect
                class={value > 0 ? 'more' : 'less'}
                x={value > 0 ? 50 : 50 - (Math.abs(value) / most) * 49}
                width={(Math.abs(value) / most) * 49}
                y={1.5}
                height={9}
              />
            </svg>
            <span class="change-value">{text}</span>
          </li>
        ))}
      </ul>
    </figure>
  )
}
