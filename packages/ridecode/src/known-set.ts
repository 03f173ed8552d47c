/** Names known to be good, at most so many; the one not used for longest goes first. */
export interface KnownSet {
  /** Whether the name is known; then it counts as used. */
  has(name: string): boolean
  add(name: string): void
  readonly size: number
}

/** A bounded set; a limit of 0 keeps nothing. */
export function createKnownSet(limit: number): KnownSet {
  const names = new Set<string>()
  const add = (name: string) => {
    names.delete(name)
    names.add(name)
    if (names.size <= limit) return
    const [oldest] = names
    if (oldest !== undefined) names.delete(oldest)
  }
  return {
    has(name) {
      if (!names.has(name)) return false
      add(name)
      return true
    },
    add,
    get size() {
      return names.size
    },
  }
}
