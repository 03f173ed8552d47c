/** A part of a whole. */
export interface Share {
  readonly tone: 'more' | 'same' | 'less'
  readonly count: number
  readonly label: string
}

/** A whole in its parts, each with its words below. */
export function ShareBar({
  title,
  shares,
}: {
  readonly title: string
  readonly shares: readonly Share[]
}) {
  const total = shares.reduce((sum, { count }) => sum + count, 0)
  let from = 0
  const placed = shares.map((share) => {
    const width = total === 0 ? 0 : (share.count / total) * 100
    from += width
    return { ...share, x: from - width, width }
  })
  return (
    <figure class="share-bar">
      <figcaption>{title}</figcaption>
      <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
        {placed.map(({ tone, x, width }) => (
          <rect key={tone} class={tone} x={x} width={width} y={0} height={10} />
        ))}
      </svg>
      <ul>
        {shares.map(({ tone, label }) => (
          <li key={tone} class={tone}>
            {label}
          </li>
        ))}
      </ul>
    </figure>
  )
}
