import { UnifareError } from '@unifare/core'
import type { Context } from 'hono'

/** Answers what a caller can mend with its code and words; everything else is a defect and thrown. */
export function answerRefusal(error: Error, c: Context): Response {
  if (!(error instanceof UnifareError)) throw error
  return c.json({ code: error.code, detail: error.message }, 422)
}
