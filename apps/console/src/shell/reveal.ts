/** Brings a section into sight and hands it the keyboard, without motion where none is wanted. */
export function reveal(id: string): void {
  // The section is drawn after this event; the next frame has it.
  requestAnimationFrame(() => {
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches
    document.getElementById(id)?.scrollIntoView({ behavior: still ? 'auto' : 'smooth' })
    document.getElementById(`${id}-title`)?.focus({ preventScroll: true })
  })
}
