/** The mark: a U whose one end is a tap. */
export function Mark() {
  return (
    <svg class="mark" viewBox="4 2 25 24" aria-hidden="true">
      <path
        d="M8 7v9a8 8 0 0 0 16 0V7"
        fill="none"
        stroke="currentColor"
        stroke-width="4"
        stroke-linecap="round"
      />
      <circle class="mark-tap" cx="24" cy="7" r="4.5" />
    </svg>
  )
}
