import type { Instant } from './time.ts'

/** What is due when. Of events at the same instant the one that was pushed first comes first. */
export interface EventQueue<T> {
  readonly size: number
  push(at: Instant, event: T): void
  /** Instant of the next event; undefined when there is none. */
  nextAt(): Instant | undefined
  /** Takes the next event out. */
  pop(): { readonly at: Instant; readonly event: T } | undefined
}

interface Entry<T> {
  readonly at: Instant
  readonly order: number
  readonly event: T
}

/** An empty queue: a binary heap by (instant, order of pushing). */
export function createEventQueue<T>(): EventQueue<T> {
  const heap: Entry<T>[] = []
  let pushed = 0
  return {
    get size() {
      return heap.length
    },
    push(at, event) {
      heap.push({ at, order: pushed, event })
      pushed += 1
      rise(heap, heap.length - 1)
    },
    nextAt: () => heap[0]?.at,
    pop() {
      const first = heap[0]
      const last = heap.pop()
      if (first === undefined || last === undefined) return undefined
      if (heap.length > 0) {
        heap[0] = last
        sink(heap)
      }
      return { at: first.at, event: first.event }
    },
  }
}

function isBefore<T>(a: Entry<T>, b: Entry<T>): boolean {
  return a.at === b.at ? a.order < b.order : a.at < b.at
}

function rise<T>(heap: Entry<T>[], from: number): void {
  let at = from
  while (at > 0) {
    const parent = (at - 1) >> 1
    if (!isBefore(heap[at]!, heap[parent]!)) return
    swap(heap, at, parent)
    at = parent
  }
}

function sink<T>(heap: Entry<T>[]): void {
  let at = 0
  for (;;) {
    let least = at
    for (const child of [2 * at + 1, 2 * at + 2]) {
      if (child < heap.length && isBefore(heap[child]!, heap[least]!)) least = child
    }
    if (least === at) return
    swap(heap, at, least)
    at = least
  }
}

function swap<T>(heap: Entry<T>[], a: number, b: number): void {
  const entry = heap[a]!
  heap[a] = heap[b]!
  heap[b] = entry
}
