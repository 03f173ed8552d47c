import type { Json } from '@unifare/core'

/** What is proved, by name. */
export type Subject =
  | { readonly kind: 'charge'; readonly charge: string }
  | { readonly kind: 'tap'; readonly delivery: string }
  | { readonly kind: 'order'; readonly issuer: string; readonly order: string }
  | { readonly kind: 'position'; readonly member: string }

/** What a line says of a subject: names and values, as clearing wrote them. */
export type ProofRow = Readonly<Record<string, Json>>

/**
 * How the bytes of a line are read. The tree knows bytes alone, so a line may hold one row or many:
 * the reader finds the one that is meant, or nothing.
 */
export type LineReader = (line: Uint8Array, subject: Subject) => ProofRow | undefined
