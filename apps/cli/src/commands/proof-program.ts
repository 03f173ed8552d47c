import { type Command, Option } from 'commander'
import { run } from '../output.ts'

const lang = () =>
  new Option('--lang <language>', 'language of the words').choices(['en', 'zh']).default('en')
const json = () => new Option('--json', 'print one JSON document on standard output')

/** `unifare proof`: that a tap, charge, order or position stands in a settled day. */
export function addProofProgram(program: Command): void {
  const proof = program
    .command('proof')
    .description('prove that a settled day holds something, and verify such proofs')
    .argument(
      '[what]',
      'tap (card-…, code-…, <terminal>-<sequence>), charge (<operator>-<number>), order/<issuer>/<order>, position/<member>',
    )
    .option('--data <folder>', 'data folder of a network that has ended', '.unifare/network')
    .option('--day <YYYY-MM-DD>', 'in this day; the day that holds it without')
    .option('--out <file>', 'file for the proof; standard output without')
    .addOption(lang())
    .addOption(json())
    .action((what, options) =>
      run(async () => (await import('./proof/make-proof.ts')).makeProof(what, options)),
    )

  proof
    .command('verify')
    .description('verify a proof without any network')
    .argument('<file>', 'proof as "unifare proof" writes it')
    .option('--key <key>', "the centre's Ed25519 public key: 64 hexadecimal digits, or a file")
    .addOption(lang())
    .addOption(json())
    .action((file, _options, command) =>
      run(async () =>
        (await import('./proof/verify-proof.ts')).verifyProofFile(file, command.optsWithGlobals()),
      ),
    )
}
