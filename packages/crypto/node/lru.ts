/** Values by key, at most `limit`; the one not used for longest goes first. */
export interface Lru<Value> {
  /** The value of a key, made and kept when it is not there; nothing is kept when none is made. */
  getOrMake(key: string, make: () => Value | undefined): Value | undefined
  size(): number
}

/** A bounded cache. */
export function createLru<Value>(limit: number): Lru<Value> {
  const values = new Map<string, Value>()
  return {
    getOrMake(key, make) {
      const value = values.get(key) ?? make()
      if (value === undefined) return undefined
      values.delete(key)
      values.set(key, value)
      if (values.size > limit) {
        const [oldest] = values.keys()
        if (oldest !== undefined) values.delete(oldest)
      }
      return value
    },
    size: () => values.size,
  }
}
