import { tariffSchema } from '@unifare/fares'
import { EXIT, printJson } from '../../output.ts'

/** Prints the format of a tariff as JSON Schema. */
export async function schema(): Promise<number> {
  printJson(tariffSchema())
  return EXIT.ok
}
