/** Runs pieces of work one after the other, in the order they were given. */
export function createSerial(): <T>(work: () => Promise<T>) => Promise<T> {
  let tail: Promise<unknown> = Promise.resolve()
  return (work) => {
    const result = tail.then(work)
    // A failure belongs to who asked; the next piece runs all the same.
    tail = result.catch(() => undefined)
    return result
  }
}
