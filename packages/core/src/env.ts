import type { Repository } from './repository.ts'
import type { Instant, TimeQuality } from './time.ts'

/**
 * The one door to the world. Everything that is not a function of bytes and values comes in
 * through here, so that a whole network runs deterministically under a seed.
 */
export interface Env {
  readonly clock: Clock
  readonly random: Random
  readonly storage: Storage
  readonly repository: Repository
}

/** Wall clock with its quality, and a monotonic clock for durations. */
export interface Clock {
  /** UTC now. */
  now(): Instant
  /** How far `now` can be trusted. */
  quality(): TimeQuality
  /** Milliseconds that never run backwards; only differences mean anything. */
  monotonicMs(): number
  /** Resolves after the given time of this clock. */
  sleep(ms: number): Promise<void>
}

/** Random bytes: of the operating system, or of a seed in the twin. */
export interface Random {
  bytes(length: number): Uint8Array
}

/**
 * Append, sync and read: the storage of journals and segments. What was appended is durable only
 * after `sync` resolves; a crash may lose any unsynced bytes. Who finds no room left throws
 * `storage.full`.
 */
export interface Storage {
  /** Opens or creates a file for appending. */
  open(name: string): Promise<AppendFile>
  /** Names of all files that begin with the prefix, sorted. */
  list(prefix: string): Promise<string[]>
  /**
   * Writes a whole file so that after a crash it is either old or new; one that is too long to be
   * held comes in parts.
   */
  replace(name: string, content: Uint8Array | AsyncIterable<Uint8Array>): Promise<void>
  /**
   * Content of a whole file, or undefined when there is none; a view of `into` where the file fits
   * into it and the storage can read there.
   */
  read(name: string, into?: Uint8Array): Promise<Uint8Array | undefined>
}

/** A file that only grows; bytes past the last append may read as zeros (preallocation). */
export interface AppendFile {
  /**
   * Bytes from an offset (0) on, at most a length (all), fewer where the file ends, with
   * preallocated zeros where nothing was written yet.
   */
  read(offset?: number, length?: number): Promise<Uint8Array>
  /**
   * Writes parts one behind the other at an offset at or behind the end of what was written. Only
   * who recovers from a crash writes earlier, over the torn rest of an append that was never synced.
   */
  write(offset: number, ...parts: readonly Uint8Array[]): Promise<void>
  /** Resolves when every byte written before is durable. */
  sync(): Promise<void>
  close(): Promise<void>
}
