import { type CardRefusal, refusalOf } from '../errors.ts'

/**
 * Runs a flow and turns the errors of this package into refusals. Any other error is a defect of
 * a transport or of the program and passes through.
 */
export async function attempt<T>(run: () => Promise<T>): Promise<T | CardRefusal> {
  try {
    return await run()
  } catch (error) {
    const refusal = refusalOf(error)
    if (!refusal) throw error
    return refusal
  }
}
