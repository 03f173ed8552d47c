import { type Command, InvalidArgumentError, Option } from 'commander'
import { run } from '../output.ts'

const WALLET = '.unifare/wallet.json'
const CODE = 'hexadecimal, base64, a file, or - for standard input'

/** `unifare code`: make, show, read and verify ride codes without a network. */
export function addCodeProgram(program: Command): void {
  const code = program.command('code').description('ride codes: make, show, read and verify them')

  code
    .command('issue')
    .description('an account on a phone: a wallet file with keys of its own scheme, for trying out')
    .addOption(wallet())
    .addOption(count('--hours <n>', 'validity of the credential', { initial: 24, most: 720 }))
    .addOption(count('--seconds <n>', 'validity of one code', { initial: 120, most: 1200 }))
    .addOption(
      count('--cap <fen>', 'most that one ride may cost', { initial: 3000, most: 100_000 }),
    )
    .addOption(count('--companions <n>', 'companions taken along', { initial: 0, most: 15 }))
    .addOption(json())
    .action((options) => run(async () => (await import('./code/issue.ts')).issue(options)))

  code
    .command('show')
    .description('a fresh code as a QR symbol in the terminal; needs no network')
    .addOption(wallet())
    .addOption(
      count('--companion <n>', 'code of a companion, from 1 on; 0: your own', {
        initial: 0,
        most: 15,
      }),
    )
    .option('--refresh', 'a fresh code every minute, until it is interrupted')
    .addOption(json())
    .action((options) => run(async () => (await import('./code/show.ts')).show(options)))

  code
    .command('inspect')
    .description('what a code says, field by field; nothing is verified')
    .argument('<code>', CODE)
    .addOption(json())
    .action((given, options) =>
      run(async () => (await import('./code/inspect.ts')).inspect(given, options)),
    )

  code
    .command('verify')
    .description('verify a code as a terminal does, against a list of issuer keys')
    .argument('<code>', CODE)
    .option('--keys <file>', 'list of issuer keys (JSON), or a wallet file', WALLET)
    .option('--at <time>', 'instead of now: YYYY-MM-DDTHH:MM:SSZ')
    .addOption(json())
    .action((given, options) =>
      run(async () => (await import('./code/verify.ts')).verify(given, options)),
    )

  code
    .command('bench')
    .description('how fast codes are verified, beside the native path; as `unifare bench code`')
    .addOption(json())
    .action((options) =>
      run(async () => (await import('./bench.ts')).bench('code', { ...options, taps: 0 })),
    )
}

function wallet(): Option {
  return new Option('--wallet <file>', 'wallet file').default(WALLET)
}

function json(): Option {
  return new Option('--json', 'print one JSON document on standard output')
}

function count(
  flags: string,
  text: string,
  { initial, most }: { readonly initial: number; readonly most: number },
): Option {
  return new Option(flags, text).default(initial).argParser((given: string) => {
    const value = Number(given)
    if (!/^\d+$/.test(given) || value > most) {
      throw new InvalidArgumentError(`a whole number up to ${most} is needed`)
    }
    return value
  })
}
