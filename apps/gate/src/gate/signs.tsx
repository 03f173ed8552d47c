import type { Sign } from './display-words.ts'

const PATHS: Readonly<Record<Sign, string>> = {
  code: 'M22 22h24v24H22zM74 22h24v24H74zM22 74h24v24H22zM74 74h10v10H74zM90 90h8v8h-8zM60 22v20M60 56v42M22 60h24M74 60h24',
  check: 'M24 62l26 26 46-56',
  arrow: 'M18 60h76M66 30l30 30-30 30',
  refresh: 'M94 60a34 34 0 1 1-10-24M94 22v22H72',
  cross: 'M30 30l60 60M90 30l-60 60',
  wait: 'M60 22a38 38 0 1 0 .1 0M60 38v24l16 12',
}

/** A sign of the display. */
export function SignPicture({ sign }: { readonly sign: Sign }) {
  return (
    <svg class="sign" viewBox="0 0 120 120" aria-hidden="true">
      <path d={PATHS[sign]} fill="none" stroke="currentColor" />
    </svg>
  )
}
