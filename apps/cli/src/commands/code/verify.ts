import { requireData } from '@unifare/core'
import { nodeEngine } from '@unifare/crypto/node'
import { codeRejects, parseIssuerKeys, verifyCode } from '@unifare/ridecode'
import { EXIT, printJson, printLines } from '../../output.ts'
import { readCode } from './read-code.ts'
import { readIssuerKeys } from './wallet-file.ts'

/** Verifies a code offline; exit code 1 when it is refused, with step and reason. */
export async function verify(
  given: string,
  options: { readonly keys: string; readonly at?: string; readonly json?: boolean },
): Promise<number> {
  const engine = nodeEngine()
  const keys = parseIssuerKeys(await readIssuerKeys(options.keys), engine)
  const at = options.at === undefined ? Date.now() : Date.parse(options.at)
  requireData(!Number.isNaN(at), 'code.unreadable', `"${options.at}" is no time`)
  const bytes = await readCode(given)
  const verdict = verifyCode({ bytes, atS: Math.floor(at / 1_000), keys, engine })
  if (verdict.ok) {
    const { identity, code } = verdict
    if (options.json === true) printJson({ ok: true, identity, capFen: code.capFen })
    else {
      printLines(
        `good: issuer ${identity.issuer}, account ${identity.account}, at most ${code.capFen} fen`,
      )
    }
    return EXIT.ok
  }
  const { en, zh } = codeRejects[verdict.code]
  if (options.json === true) printJson({ ...verdict, en, zh })
  else printLines(`refused at step ${verdict.step}: ${en} · ${zh} [${verdict.code}]`)
  return EXIT.differences
}
